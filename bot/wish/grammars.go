package wish

import (
	"strings"
	"sync"
)

// grammar is the words and endings by which a wish is taken apart in one language.
type grammar struct {
	code    string
	ask     words // say that it is a request; only before what it is about
	lead    words // stand before what it is about
	filler  words // say nothing, wherever they stand
	tail    words // stand after what it is about
	or, not words
	and     words
	no      words // exclude what follows after a comma or one of but, and nowhere else
	but     words
	letters string // that few other languages have

	articles     []string // written in one word with what follows
	endings      []string // of words in their cases, the longest first; empty: words stay as they are
	particles    []string // written in one word with what is before, the longest first
	nounCapitals bool     // every noun is written with a capital
}

// words is a set of words.
type words map[string]bool

func (w words) has(word string) bool { return w[word] }

func wordSet(list string) words {
	w := words{}
	for word := range strings.FieldsSeq(list) {
		w[word] = true
	}

	return w
}

// grammars are those of the languages by whose words a text is told, besides Japanese.
var grammars = sync.OnceValue(func() []*grammar {
	return []*grammar{english(), german(), french(), spanish(), italian(), polish(), russian()}
})

func english() *grammar {
	return &grammar{
		code: "en",
		ask: wordSet(`tell show give send alert notify let inform keep want like news update updates headlines articles stories latest anything everything something interested
			whenever subscribe follow hear read know watch looking inform ping need wish`),
		lead: wordSet(`me us i i'd id i'm im would you could can please pls hi hello hey dear to when if there is are there's a an the any all some new about on of for from in
			with and also stuff things related regarding concerning every time that has been happens happening going what what's whats posted up get be am love`),
		filler: wordSet(`a an the of in on at to for from by with about into over and is are was were be been being has have had do does did will would can could should there
			it its it's this that these those my me i we you they any some how gets when whenever if as goes going again around near new what happens happen happening please something especially mainly mostly`),
		tail: wordSet(`please pls thanks thank you news updates update headlines happens happen happening today now asap lately articles stories related day daily morning every`),
		and:  wordSet("and nor"), no: wordSet("no not never nothing"), but: wordSet("but and just"),
		or:  wordSet("or"),
		not: wordSet("without except excluding minus"),
	}
}

func german() *grammar {
	return &grammar{
		code: "de",
		ask: wordSet(`sag sage sagt zeig zeige schick schicke schreib informiere informier benachrichtige benachrichtigen melde meld erzähl gib halt halte nachrichten neuigkeiten neues
			news meldungen artikel berichte infos informationen schlagzeilen möchte will würde hätte interessiere interessiert suche suchen abonniere abonnieren folge folgen
			alles wissen lesen hören aktuelles aktuelle neueste neuesten erfahren was`),
		lead: wordSet(`mir mich uns ich bitte hallo hi hey du kannst könntest können sie gerne gern wenn falls sobald es gibt etwas neue zu zum zur über von vom aus bescheid auf dem
			laufenden mal doch wenn's gibts gibt's und auch noch passiert ist sind mit für um rund bezüglich im in an der die das den dem des ein eine einen einer mehr haben werden informiert`),
		filler: wordSet(`der die das den dem des ein eine einen einem einer eines in im an am auf aus bei mit nach über unter um von vom vor zu zum zur für gegen und ist sind war waren wird
			werden hat haben es gibt wenn falls sobald sich wieder mir mich ich bitte was wie dass rund etwas neues passiert geschieht da auch mal vor allem besonders hauptsächlich`),
		tail: wordSet(`bitte danke auch noch heute jetzt gibt passiert geschieht ist wird informieren benachrichtigen wissen lesen hören haben erfahren bekommen nachrichten news täglich tag werden
			interessiert kommt erscheint los informiert sagen schicken neues laufenden dem`),
		and: wordSet("und noch"), no: wordSet("nicht nichts kein keine keinen"), but: wordSet("aber jedoch und nur"),
		or:           wordSet("oder"),
		not:          wordSet("ohne außer ausser"),
		letters:      "ß",
		nounCapitals: true,
	}
}

func french() *grammar {
	return &grammar{
		code: "fr",
		ask: wordSet(`dis dites préviens prévenez prévenir informe informez avertis avertissez alerte alertez montre montrez envoie envoyez donne donnez tiens veux voudrais aimerais
			souhaite nouvelles actualités actualité actu actus infos informations articles suivre savoir intéresse cherche abonne tout dernières lire quoi m'informer tiens-moi dis-moi
			préviens-moi prévenez-moi informe-moi informez-moi montre-moi montrez-moi donne-moi donnez-moi envoie-moi envoyez-moi alerte-moi avertis-moi avertissez-moi passe-t-il a-t-il j'aimerais j'aimerai recevoir`),
		lead: wordSet(`moi me nous je s'il te vous plaît plait bonjour salut quand si dès lorsque il y a un une des du de la le les sur à au aux concernant que qu'il se passe en
			être informé au courant par dans peux tu pouvez quelles sont`),
		filler: wordSet(`le la les un une des du de d à au aux en dans sur par pour avec et est sont a y il elle on que qui quand si se s'il ce cette ces mon mes ma me je vous te
			plaît plait concernant entre chez vers lorsque lorsqu'il dès nouveau nouvelle`),
		tail: wordSet(`s'il te vous plaît plait merci svp aujourd'hui maintenant passe jour matin chaque actualités nouvelles`),
		and:  wordSet("et ni"), no: wordSet("pas rien sans"), but: wordSet("mais et"),
		or: wordSet("ou"), not: wordSet("sans sauf hormis"),
		letters:  "œçèêë",
		articles: []string{"qu'", "jusqu'", "l'", "d'", "s'", "n'"},
	}
}

func spanish() *grammar {
	return &grammar{
		code: "es",
		ask: wordSet(`dime avísame avisame avisa avíseme infórmame informame muéstrame muestrame mándame mandame envíame enviame dame cuéntame noticias novedades titulares artículos
			quiero quisiera gustaría gustaria interesa interesan busco seguir sigue sígueme suscríbeme saber leer todo últimas ultimas mantenme notifícame notificame alértame qué recibir conocer enterarme`),
		lead: wordSet(`me yo por favor hola cuando si haya hay un una unos unas el la los las sobre de del acerca en con algo pase pasa nuevas nuevo al tanto que información lo relacionado
			podrías puedes para y`),
		filler: wordSet(`el la los las un una unos unas de del a al en con por para sobre y e es son ha han hay haya que se su sus lo me mi cuando si como entre desde nuevo nueva
			nuevos nuevas ocurra pase pasa ocurre algún alguna favor acerca`),
		tail: wordSet("por favor gracias hoy ahora día dia mañana cada noticias pase ocurra"),
		and:  wordSet("y e ni"), no: wordSet("no nada sin"), but: wordSet("pero y"),
		or: wordSet("o u"), not: wordSet("sin excepto salvo menos"),
		letters: "ñ¿¡",
	}
}

func italian() *grammar {
	return &grammar{
		code: "it",
		ask: wordSet(`dimmi avvisami avvisa avvisatemi informami mostrami mandami inviami dammi tienimi notizie novità articoli aggiornamenti titoli voglio vorrei interessa interessano
			cerco seguire segui iscrivimi sapere leggere tutto ultime ultim'ora segnalami raccontami cosa`),
		lead: wordSet(`mi me io per favore ciao salve quando se c'è ci sono un una uno il lo la i gli le su sul sulla sullo sui sulle sugli di del della dei delle degli riguardo riguardanti
			in con qualcosa succede nuove nuovi aggiornato aggiornata che puoi potresti circa al essere`),
		filler: wordSet(`il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in nel nella nei nelle con su sul sulla sui sulle per tra
			fra e ed è sono c'è ci che si se quando viene vengono ha hanno mi favore nuovo nuova nuovi nuove succede riguardo come`),
		tail: wordSet("per favore grazie oggi adesso ora giorno mattina ogni notizie succede"),
		and:  wordSet("e ed né"), no: wordSet("non niente"), but: wordSet("ma e"),
		or: wordSet("o oppure od"), not: wordSet("senza tranne eccetto"),
		letters:  "ìò",
		articles: []string{"dell'", "nell'", "sull'", "all'", "dall'", "coll'", "quest'", "un'", "l'", "d'"},
	}
}

func polish() *grammar {
	return &grammar{
		code: "pl",
		ask: wordSet(`powiedz pokaż pokaz wyślij wyslij daj daję informuj powiadom powiadamiaj powiadomienia powiadomień napisz wiadomości wiadomosci wieści newsy artykuły artykułów
			informacje nowości nowosci chcę chce chciałbym chciałabym interesuje interesują szukam śledzić sledzic wiedzieć czytać wszystko ostatnie najnowsze aktualności obserwuj śledź sledz obserwować co`),
		lead: wordSet(`mi mnie ja będą beda są proszę prosze cześć hej dzień dobry kiedy gdy jeśli jesli jak jeżeli będzie bedzie jest są coś cos się sie wydarzy dzieje stanie o na temat z ze w we od do
			dotyczące związane nowe nowego czy możesz mógłbyś dla znać znac bieżąco za każdym razem`),
		filler: wordSet(`o w we z ze na do od za po przez przy dla i oraz a u pod nad między jest są był była było będzie bedzie będą beda się sie to ten ta te tego tej że ze kiedy gdy jeśli jak mi
			mnie proszę coś nowego nowe znowu temat sprawie`),
		tail: wordSet("proszę prosze dziękuję dzięki dziś dzisiaj teraz dzień dzien codziennie rano wydarzy dzieje stanie będzie wiadomości"),
		and:  wordSet("i oraz ani"), no: wordSet("nie nic"), but: wordSet("ale i a"),
		or: wordSet("lub albo czy"), not: wordSet("bez oprócz poza"),
		letters: "łąęśżźćń",
		endings: strings.Fields(`owaniach owaniu owanie eniach eniami eniom ościach ościami iach iami ach ech ami om ów kim ką ego emu ymi imi ych ich iem owi ej ie em ią ię iej ę ą y i u a e o`),
	}
}

func russian() *grammar {
	return &grammar{
		code: "ru",
		ask: wordSet(`скажи скажите сообщи сообщите сообщай покажи покажите пришли пришлите присылай дай дайте расскажи информируй уведоми уведомляй уведомите уведомляйте предупреди новости новостей
			статьи материалы сообщения хочу хотел хотела хотелось интересует интересуют интересно ищу следить знать читать всё все последние свежие узнать что напиши следи отслеживай подпиши`),
		lead: wordSet(`мне меня я пожалуйста привет здравствуйте когда если будет есть бы о об обо про из с со в во на по для связанные связанное касающиеся нового новые новое происходит
			случится можешь можете ли быть курсе держи сразу как только`),
		filler: wordSet(`о об обо про в во на из с со к ко по за от до у при для и а это этот эта эти что когда если как есть будет был была было были же бы мне меня пожалуйста снова
			новое нового новые между произойдет произойдёт случится происходит происходят появится`),
		tail: wordSet("пожалуйста спасибо сегодня сейчас день утро ежедневно каждый произойдет произойдёт случится происходит новости"),
		and:  wordSet("и ни"), no: wordSet("не ничего"), but: wordSet("но и а"),
		or: wordSet("или либо"), not: wordSet("без кроме"),
		letters: "абвгдежзийклмнопрстуфхцчшщъыьэюя",
		endings: strings.Fields(`ениями ениях ению ением ении ение ения ений иями иях ями ами ях ах иям ям ам ого его ому ему ыми ими ых их ые ие ой ей ию ия ии ий ью ов ев ом ем ая яя ую юю
			ый ы и у ю а я е о ь`),
	}
}
