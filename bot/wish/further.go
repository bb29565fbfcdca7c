package wish

import (
	"strings"
	"sync"
)

// furtherGrammars are those of the languages whose words are too like another's, or too few here,
// to be told by: they are tried where the person's client is set to them.
var furtherGrammars = sync.OnceValue(func() []*grammar {
	return []*grammar{portuguese(), indonesian(), turkish(), ukrainian(), arabic(), persian(), hindi(), korean()}
})

func portuguese() *grammar {
	return &grammar{
		code: "pt",
		ask: wordSet(`avise avise-me avisa avisa-me me diga diga dê mostre mostra envie manda mande conte conta-me informe quero queria gostaria interessa interessam procuro seguir saber ler
			notícias noticias novidades notícia noticia novidade manchetes tudo últimas ultimas notifique alerte acompanhar acompanhe siga receber`),
		lead: wordSet(`me eu por favor olá ola oi quando se houver há tiver tem um uma uns umas o a os as sobre de do da dos das em no na com algo acontecer nova novas novo ao
			que informação para e também qualquer coisa pode poderia`),
		filler: wordSet(`o a os as um uma uns umas de do da dos das em no na nos nas com por para sobre e é são foi há houver que se seu sua me meu minha quando como entre desde novo nova
			novos novas acontecer acontece algum alguma favor`),
		tail: wordSet("por favor obrigado obrigada hoje agora dia manhã cada notícias acontecer"),
		or:   wordSet("ou"), not: wordSet("sem exceto salvo"),
		no: wordSet("não nada"), but: wordSet("mas e"),
		letters: "ãõ",
	}
}

func indonesian() *grammar {
	return &grammar{
		code: "id",
		ask: wordSet(`beritahu beri kabari kabarkan kirim kirimkan tunjukkan tampilkan ceritakan informasikan berita kabar artikel info informasi ingin mau tertarik cari ikuti tahu baca
			semua terbaru terkini`),
		lead:   wordSet(`saya aku tolong mohon halo hai kalau jika bila ketika saat ada tentang mengenai soal terkait dari di pada untuk akan segala sesuatu yang tahu apa setiap kali`),
		filler: wordSet(`di ke dari pada untuk dengan tentang mengenai soal yang adalah ada itu ini akan telah sudah dan sebuah suatu para saya aku terkait terjadi`),
		tail:   wordSet("terima kasih tolong hari ini sekarang setiap terjadi terbaru"),
		or:     wordSet("atau"), not: wordSet("tanpa kecuali"),
		no: wordSet("bukan tidak jangan"), but: wordSet("tapi tetapi"),
	}
}

func turkish() *grammar {
	return &grammar{
		code:   "tr",
		ask:    wordSet("bana haber ver söyle göster gönder bildir anlat istiyorum isterim haberleri haberler takip"),
		lead:   wordSet("bana beni lütfen merhaba selam eğer bir yeni son"),
		filler: wordSet(`her şeyi ile için bir bu şu ve ilgili hakkında üzerine dair konusunda olan olduğunda olursa olunca varsa`),
		tail: wordSet(`hakkında ilgili haber haberler haberleri ver verin bildir bildirin söyle söyleyin göster gönder anlat bana lütfen teşekkürler bugün şimdi istiyorum isterim bilgi almak öğrenmek
			okumak takip et etmek olursa olunca olduğunda çıkarsa varsa son dakika`),
		or: wordSet("veya yahut"), not: words{},
		letters: "ğış",
	}
}

func ukrainian() *grammar {
	return &grammar{
		code: "uk",
		ask: wordSet(`скажи скажіть повідом повідомте повідомляй покажи покажіть надішли надсилай дай дайте розкажи інформуй новини новин статті матеріали хочу хотів хотіла цікавить цікавлять
			цікаво шукаю стежити знати читати все всі останні свіжі дізнатися що напиши стеж відстежуй підпиши`),
		lead:   wordSet(`мені мене я будь ласка привіт вітаю коли якщо буде є би про з із зі в у на по для пов'язані нові нове новий нового відбувається станеться можеш можете чи бути щойно`),
		filler: wordSet(`про в у на з із зі до від за при для і й та а це цей ця ці що коли якщо як є буде був була були ж би мені мене ласка знову нове нового нові між станеться відбувається`),
		tail:   wordSet("ласка будь дякую сьогодні зараз день щодня кожен станеться відбувається новини"),
		or:     wordSet("або чи"), not: wordSet("без крім окрім"),
		no: wordSet("не нічого"), but: wordSet("але і та"),
		letters: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
		endings: strings.Fields("ями ами ях ах ям ам ів їв ого ому ими их ої ою ею єю ий ій ом ем ові еві у ю а я і ї и е о"),
	}
}

func arabic() *grammar {
	return &grammar{
		code:   "ar",
		ask:    wordSet("أخبرني اخبرني أخبرنا نبهني نبّهني أعلمني اعلمني أبلغني ابلغني أرسل ارسل أرني ارني أعطني اعطني حدثني أريد اريد أود اود يهمني مهتم أخبار اخبار الأخبار تابع متابعة معرفة مقالات كل آخر"),
		lead:   wordSet("لي من فضلك مرحبا السلام عليكم عن حول في على إذا اذا عندما حين متى كان هناك حدث حدثت وقع وقعت أي اي أن ان قراءة شيء ما بشأن بخصوص جديد المتعلقة الجديد"),
		filler: wordSet(`عن حول في من على إلى الى مع أن ان إذا اذا عندما حين كان كانت هناك هذا هذه ما التي الذي حدث حدثت وقع وقعت أي بشأن بخصوص`),
		tail:   wordSet("من فضلك شكرا شكرًا اليوم الآن يوميا"),
		or:     wordSet("أو او"), not: wordSet("بدون باستثناء دون"),
		no: wordSet("لا ليس"), but: wordSet("لكن ولكن"),
		letters: "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآئؤء",
	}
}

func persian() *grammar {
	return &grammar{
		code:   "fa",
		ask:    wordSet("خبر اخبار بگو بگویید بده بدهید نشان بفرست خبرم مطلع می\u200cخواهم میخواهم خبرها خبرهای دنبال آخرین همه"),
		lead:   wordSet("به من مرا لطفا لطفاً سلام درباره دربارهٔ دربارهی درباره\u200cی راجع در مورد از وقتی اگر هر چه"),
		filler: wordSet("به من مرا را در از که این آن با برای درباره دربارهٔ درباره\u200cی مورد راجع وقتی اگر است شد شود هست یک"),
		tail:   wordSet("بگو بگویید بده بدهید نشان بفرست کن کنید لطفا لطفاً ممنون مرسی امروز الان خبر خبرم دنبال می\u200cخواهم میخواهم بدانم بخوانم آمد شد"),
		or:     wordSet("یا"), not: wordSet("بدون بجز جز"),
		no: wordSet("نه"), but: wordSet("ولی اما"),
		letters: "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
	}
}

func hindi() *grammar {
	return &grammar{
		code:   "hi",
		ask:    wordSet("मुझे बताओ बताएं बताइए बताना खबर खबरें ख़बर ख़बरें समाचार सूचना चाहिए दिखाओ दिखाएं भेजो भेजें जानना"),
		lead:   wordSet("मुझे हमें कृपया नमस्ते जब अगर कोई नई ताज़ा ताजा"),
		filler: wordSet(`के की का को में से पर और है हैं हो हुआ हुई जब अगर तो कोई यह वह एक ने भी बारे संबंधित`),
		tail:   wordSet("बारे बताओ बताएं बताइए बताना खबर खबरें ख़बर ख़बरें समाचार चाहिए दिखाओ दिखाएं भेजो भेजें कृपया धन्यवाद आज अभी मुझे जानकारी दो दें जानना फॉलो फ़ॉलो करो करें को हूँ हूं चाहता चाहती"),
		or:     wordSet("या अथवा"), not: words{},
		letters: "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौं्",
	}
}

func korean() *grammar {
	return &grammar{
		code:   "ko",
		ask:    wordSet("뉴스 소식 기사 알려줘 알려주세요 팔로우 구독"),
		lead:   wordSet("안녕 안녕하세요 나에게 저에게 최신"),
		filler: wordSet("에 대해 대한 대해서 관한 관련 관련된 관해 있으면 나면 생기면"),
		tail: wordSet(`알려줘 알려줘요 알려주세요 알려 보여줘 보여주세요 보내줘 보내주세요 팔로우 팔로우해줘 팔로우해 구독 구독해줘 줘 주세요 말해줘 말해주세요 뉴스 소식 기사 정보 대해 대해서 대한 관한 관련 관련된 관해 있으면 나면 생기면 뉴스를 소식을 기사를
			소식도 보고 싶어 싶어요 읽고 알고 궁금해 궁금해요 부탁해 부탁해요 부탁합니다 오늘 지금`),
		or: wordSet("또는 혹은"), not: words{},
		particles: strings.Fields("에서의 에서 에게 으로 의 에 을 를 은 는"),
	}
}
