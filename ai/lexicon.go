package ai

import (
	"strings"
	"sync"
)

// operators are words that change whether what they stand with happened, folded, by what they
// do. One that an article has there and a sentence lacks, or the other way round, is another
// statement.
var operators = sync.OnceValue(func() map[string]string {
	return classesOf(map[string]string{
		"not": `not no never none nobody neither nor without didn't doesn't don't isn't wasn't aren't weren't won't wouldn't couldn't can't cannot hasn't haven't hadn't
nicht kein keine keinen keinem keiner nie niemals ohne no nunca jamas sin ningun ninguna ne pas jamais sans aucun aucune nao sem nenhum nenhuma non senza nessun nessuna
nie bez zaden zadna не нет без ни никогда ні без hayır degil`,
		"may": `may might could perhaps possibly probably likely konnte konnten konne moglicherweise vielleicht podria podrian quiza pourrait pourraient poderia poderiam potrebbe potrebbero
moze moglby moga может могут возможно`,
		"must":   "must should ought needs muss mussen debe deben doit doivent deve devem devono musi musza должен должны",
		"accuse": `accused accuses accusing accuse alleged allegedly alleges suspected charged claims claimed angeblich mutmasslich beschuldigt acusa acuso acusado accuse presunto acusou oskarza oskarzyl обвинил обвиняет якобы`,
		"deny":   "denied denies deny denying bestreitet bestritt niega negou nega zaprzeczyl отрицает отверг",
		"fail":   "failed fails failing scheitert scheiterte",
		"refuse": "refused refuses refusing declined weigert weigerte nego refuse odmowil odmawia отказался отказалась отказались",
		"try":    "tried tries attempted attempt versuchte versucht intento tente tentou tento probowal пытался",
		"if":     "if unless whether falls wenn jesli если",
		"want":   "wants wanted seek seeks seeking sought hopes hoped demanded demands demand urged asked fordert forderte pide pidio exige demande pediu chiede zada domaga требует",
		"oppose": "against gegen contra contre contro przeciw przeciwko против",
		"plan":   "plans planned intends considering plant planea prevoit planeja prevede planuje планирует",
		"least":  "least mindestens minimum",
		"only":   "only nur solo solamente seulement apenas soltanto tylko только",
		"all":    "all every everyone alle todos todas tous toutes tutti tutte wszyscy wszystkie все",
		"some":   "some several manche einige algunos algunas certains alguns alcuni niektorzy некоторые",
	})
})

// kindred are words that say the same where one stands for another, folded; what stands behind
// a bar says the opposite of what stands before it.
var kindred = sync.OnceValue(func() map[string]sense {
	return sensesOf(`rise rises rose risen rising increase increases increased grow grows grew grown climb climbed gain gained gains | fall falls fell fallen falling drop drops dropped decline declines decrease decreased slump slumped shrank shrink
more higher larger bigger above | fewer less lower smaller below
better | worse
win wins won winning winner victory beat beats beaten defeat defeats defeated | lose loses lost losing loser
accept accepts accepted approve approves approved approval passed pass passes adopt adopted back backs backed support supports supported supporting welcome welcomed agree agrees agreed | reject rejects rejected oppose opposes opposed veto vetoed condemn condemned refuse refused
open opens opened opening reopen reopens reopened | close closes closed closing shut shuts
begin begins began begun start starts started starting launch launched | end ends ended ending stop stops stopped halt halted finish finished
acquit acquits acquitted clear cleared clears | convict convicts convicted sentence sentenced jailed guilty
arrest arrests arrested detain detains detained | release releases released free freed
kill kills killed dead dies died deaths death | injure injures injured wounded survive survived survivors
buy buys bought buying purchase purchased acquire acquired | sell sells sold selling sale
send sends sent deploy deployed | withdraw withdraws withdrew withdrawn recall recalled
hire hires hired | fire fires fired dismiss dismissed sack sacked
before earlier | after later
profit profits | loss losses
deny denies denied | admit admits admitted confirm confirms confirmed
raise raises raised lift lifted | cut cuts lowered lower reduce reduced reduces
allow allows allowed permit permitted | ban bans banned forbid forbidden block blocked prohibit
first | last
north northern | south southern
east eastern | west western
steigen steigt stieg gestiegen | fallen fallt fiel gefallen sinken sinkt sank gesunken
annehmen nahm zustimmen stimmte zugestimmt billigt billigte unterstutzt unterstutzte | ablehnen lehnte abgelehnt ablehnt abgelehnte
offnen offnet offnete geoffnet eroffnet | schliessen schliesst schloss geschlossen
beginnt begann begonnen startet startete | endet endete beendet beendete
mehr hoher | weniger niedriger
gewinnt gewann gewonnen besiegt besiegte | verliert verlor verloren
bestreitet bestritt zuruck | raumte gesteht gestand zugegeben
kauft kaufte gekauft ubernimmt ubernahm | verkauft verkaufte
freigesprochen | verurteilt verurteilte
sube subio suben aumenta aumento crece crecio | baja bajo bajan cae cayo disminuye
apoya apoyo aprueba aprobo acepta acepto | rechaza rechazo opone
compra compro | vende vendio
empieza empiezan comienza comienzan inicia | termina terminan acaba acaban
mas mayor | menos menor
gana gano | pierde perdio
hausse augmente augmentation | baisse recule diminue
approuve adopte soutient accepte | rejette rejete refuse
gagne remporte bat | perd
uniewinnil uniewinnila uniewinniony | skazal skazala skazany skazana
rosnie wzrosl wzrosla | spada spadl spadla
poparl poparla popiera przyjal przyjela | odrzucil odrzucila
otwarto otworzyl otwiera | zamknieto zamknal zamyka zamkniety
вырос выросла выросли растет поднялся | упал упала упали снизился снизилась падает
поддержал поддержала поддерживает одобрил одобрила принял | отверг отвергла отклонил против
купил купила покупает | продал продала
открыли открыл открыт | закрыли закрыл закрыт
оправдал оправдан | осудил осужден приговорил
call calls called describe described
cost costs paid pay pays spend spent
take takes took taken taking
lead leads led leading
give gives gave given
get gets got received receive receives
make makes made
leave leaves leaving evacuated
repair repairs repaired works renovation
hold holds held
meet meets met face faces
sue sues sued suing
crash crashed crashes collided
company firm maker
plan plans planned`)
})

// spoken is the sense of all words of speaking.
var spoken = sense{line: 1 << 20}

// sense is what a word of kindred says: two of one line and opposite sides contradict each other.
type sense struct {
	line int // from 1
	side int
}

func sensesOf(lines string) map[string]sense {
	senses := map[string]sense{}

	for i, line := range strings.Split(lines, "\n") {
		for side, words := range strings.Split(line, "|") {
			for w := range strings.FieldsSeq(words) {
				if _, ok := senses[w]; !ok {
					senses[w] = sense{i + 1, side}
				}
			}
		}
	}

	return senses
}

func classesOf(lists map[string]string) map[string]string {
	classes := map[string]string{}

	for class, words := range lists {
		for w := range strings.FieldsSeq(words) {
			if was, ok := classes[w]; !ok || class < was {
				classes[w] = class
			}
		}
	}

	return classes
}

// speaking are the words beside who says something, folded.
var speaking = sync.OnceValue(func() map[string]bool {
	return setOf(`say says said saying spoke speaks stated tell tells told according announce announced announces report reports reported warn warned warns add added
sagte sagt laut teilte erklarte zufolge dijo dice segun dit selon disse diz secondo mowi powiedzial powiedziala wedlug zapowiedzial zapowiedziala сообщил сообщила сказал сказала заявил заявила`)
})

// bearing are the words before a participle that make it passive, and behind it for who does it.
var (
	bearing = sync.OnceValue(func() map[string]bool {
		return setOf(`is are was were be been being gets got wird werden wurde wurden worden fue fueron sera es son sido foi foram ete sera est sont fu furono stato stata zostal zostala zostali zostalo zostaly został был была были было`)
	})
	agents = sync.OnceValue(func() map[string]bool { return setOf(`by von vom por par pelo pela dal dalla dai przez`) })
)

// participles are those of English whose ending does not tell them.
var participles = sync.OnceValue(func() map[string]bool {
	return setOf(`led made paid held sold bought shot hit found set put cut sent won lost told built brought caught taught kept left met read hurt`)
})

var (
	// pronouns begin sentences that go on with the one before, folded.
	pronouns = sync.OnceValue(func() map[string]bool {
		return setOf(`he she it they his her its their both er sie ihr sein ihre seine beide ella ellos ellas su sus il elle ils elles son sa ses ele ela eles elas seu sua lui lei loro on ona ono oni jego jej он она оно они его ее их`)
	})
	// infinitives stand before a verb that only may be done, folded.
	infinitives = sync.OnceValue(func() map[string]bool { return setOf(`to zu`) })
)

// conjunctions begin another clause, folded; where another language has the word too, behind the
// code of theirs.
var conjunctions = sync.OnceValue(func() map[string]bool {
	known := setOf(`and but while whereas after before because that who which und aber wahrend weil dass pero mientras et mais que oraz ale gdy ze и а но что`)
	for _, w := range []string{"es y", "it e", "it ma", "pt e", "pl a", "pl i"} {
		known[w] = true
	}

	return known
})

// fillers say nothing that a sentence is held to, folded.
var fillers = sync.OnceValue(func() map[string]bool {
	return setOf(`will would going its their his her around approximately nearly also still there said has had have yet wird werden hat haben hatte hatten sind war waren wurde wurden wird sollte
han habra habran hay fueron fue ser sera etait etre ont sera foram ser sao sono era erano hanno bedzie beda zostal zostala zostali jest sa są будет будут был была были`)
})

// weekdays are their names, folded.
var weekdays = sync.OnceValue(func() map[string]bool {
	return setOf(`monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
lunes martes miercoles jueves viernes sabado domingo lundi mardi mercredi jeudi vendredi samedi dimanche lunedi martedi mercoledi giovedi venerdi
poniedzialek wtorek sroda srode czwartek piatek sobota sobote niedziela niedziele понедельник вторник среду среда четверг пятницу пятница субботу суббота воскресенье`)
})
