package telegramtest_test

import (
	"fmt"
	"net/http"
	"net/url"

	"newsbell/adapters/telegramtest"
)

func Example() {
	tg := telegramtest.New(telegramtest.Options{})

	address, err := tg.Listen()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tg.Close()

	ada := tg.NewUser("Ada")
	ada.Says("/subscribe drone")

	// A bot would get that from getUpdates, and answer:
	_, err = http.PostForm(address+"/bot"+tg.Token()+"/sendMessage", url.Values{
		"chat_id": {fmt.Sprint(ada.ID)}, "parse_mode": {"HTML"}, "text": {"You follow <b>drone</b>."},
		"reply_markup": {`{"inline_keyboard":[[{"text":"Undo","callback_data":"undo"}]]}`},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ada.Presses("Undo")
	fmt.Print(ada.Private().Transcript())
	// Output:
	// Ada: /subscribe drone
	// bot: You follow *drone*.
	//   [Undo]
	// Ada presses [Undo]
}
