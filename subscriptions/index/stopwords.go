package index

import (
	"strings"
	"sync"
)

// stopWords are the words that stand in most articles, the most common first
// (counted in English news). A query is filed under a word that is not among
// them where it has one; a word that is missing here costs time, never an alert.
const stopWords = "" +
	"the to of a in and s on that for is as with president it from trump by at was has an said his he but " +
	"have be not are who this after more will they about t house new their would one or over been which " +
	"out u we had donald people than up were two when what all i some there state first also no if into " +
	"white its could time year so last republican other just against now states former democrats tuesday " +
	"can administration senate government told during before most democratic while monday those " +
	"washington says election week federal republicans obama even them campaign many us national years do " +
	"news you according like day country how friday our thursday since him political american only down " +
	"any may wednesday presidential because made united say officials back still department congress " +
	"public law americans re she including being where her bill court party through vote both between " +
	"make gop did off take get office should d called long going three way much under committee sen don " +
	"health top another work support security biden whether right m coronavirus general sunday such end " +
	"night john then very here canonical announced secretary next these days york report think mr saying " +
	"well america story month far part policy left world go times own justice media reported clinton high " +
	"million clear joe least same know months majority deal lawmakers every set plan among why second " +
	"come supreme nation several members act see case leaders percent cnn need decision police race today " +
	"too four major number chief use took again statement voters does already press care without show r " +
	"business won post group russia control across power special yet past want came military recent early " +
	"attorney asked tax around likely action war earlier weeks official hillary face morning legal debate " +
	"change must good issue congressional order my put investigation ve home might used continued nearly " +
	"economic despite old ago less run help never late gov democrat until point making director key " +
	"border legislation though expected barack move found program rep five others win later vice become " +
	"call believe economy plans history impeachment known speech big money opinion me didn reports " +
	"conservative candidate few things nominee place attack calls texas foreign working question doesn " +
	"close man north process immigration chairman better covid something job added russian led fox " +
	"released defense hours saturday based issues keep meeting votes stop rights efforts city judge force " +
	"twitter running effort instead taking advertisement amid person killed executive fight away " +
	"intelligence social open california trying billion possible system your governor look women " +
	"reporters counsel south robert wrote spending comes th capitol little response black along crisis " +
	"questions evidence doing ap senators however center senior term matter wall lead staff great " +
	"information primary let family passed enough really claims agency seen workers team november attacks " +
	"anti c politics groups speaker give full interview almost pandemic important six got himself march " +
	"once thousands rules free began death given below hill fbi private role behind millions fact calling " +
	"reuters candidates elections n continue victory ahead future hold further pass different cases image " +
	"adviser june outside reform obamacare local florida held taken sign children toward budget ll " +
	"supporters final violence jobs paul p level personal each district george record company latest went " +
	"senator mueller ban done life april having university line pay able fire turn start michael wants " +
	"school trade china nomination following address recently provide lot within funding shot remain " +
	"threat countries isn actually policies sent hard video conference voted july speaking thing strong " +
	"voting concerns getting gun push sanders ever position caption agreement probe shooting front low " +
	"release services watch international issued nothing failed signed third enforcement talk changes " +
	"quickly young tried men allow service bipartisan forward gave list means hit union measure makes " +
	"became head often looking letter rate cut photo hundreds shows decades try near leadership mike " +
	"seven bad iran problem related toggle started minority using shutdown accused increase message " +
	"current talking mcconnell comments data either real sure serious course companies leading ways " +
	"enlarge mark soon find agenda brought half claim hearing lives presidency lost seeking due rule " +
	"liberal dead include coming stay actions confirmed member biggest global lower middle mitch growing "

// stopWordFrequency returns how many of a thousand articles have each stop word.
var stopWordFrequency = sync.OnceValue(func() map[string]uint32 {
	m := map[string]uint32{}
	for i, w := range strings.Fields(stopWords) {
		m[w] = uint32(13000 / (i + 16))
	}

	return m
})
