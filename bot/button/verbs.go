package button

// CommandMove moves subscriptions, "to:#news 12,15" by their rows. Nobody types it.
const CommandMove = "move"

// The data behind buttons: a verb and the numbers of its rows. Old messages keep
// their buttons for ever, so a verb never gets another meaning.
const (
	Run          = "run:"     // command text
	Token        = "tok:"     // word of a token that holds command and text
	Off          = "off:"     // subscription[:page]: end it
	OffBundles   = "offread:" // subscription:word, of a token with the bundles that it brought
	On           = "on:"      // subscription[:page]: take its end back
	OffAll       = "offall:"  // chat
	OnAll        = "onall:"   // chat:when they were ended
	OffTogether  = "offset:"  // chat:when they were ended before
	Choose       = "choose:"  // chat:page, of the subscriptions to end; a page is "2" or "2:word"
	List         = "list:"    // chat:page
	Server       = "server:"  // chat: what it gets; 0: all channels of the server
	ServerRoles  = "roles:"   // role,role: they may set up alerts, and no others
	ServerLog    = "log:"     // channel, or "off": where changes in the server are posted
	Ping         = "ping:"    // subscription:roles: its alerts mention them; without one none
	One          = "one:"     // subscription: it, with what can be changed
	Change       = "change:"  // subscription: asks for another query
	When         = "when:"    // subscription:schedule
	MoveOne      = "moveto:"  // subscription:channel; without one it is asked for
	MoveAll      = "moveall:" // chat:channel: all its subscriptions move there
	Move         = "move:"    // chat: its subscriptions come to where it is pressed
	News         = "news:"    // page[:word]
	Sources      = "sources:" // chat:page
	Pause        = "pause:"   // chat:length
	Resume       = "resume:"  // chat
	DropSource   = "srcdel:"  // chat:source
	KeepSource   = "srcadd:"  // chat:source
	SourceOff    = "srcoff:"  // source: for everybody, by an operator
	SourceOn     = "srcon:"   // source
	FollowSource = "srcall:"  // chat:source: subscribe to all of it
	Forget       = "forget:"  // chat
	Nothing      = "no"

	// Below alerts, which their replies do not replace.
	Story     = "story:"   // alert
	Actions   = "acts:"    // alert: all that can be done about it; "acts:1:0" the first row again
	Why       = "awhy:"    // alert
	AlertHold = "apause:"  // chat
	AlertOff  = "aoff:"    // alert
	Mute      = "amute:"   // alert: what could be muted
	Same      = "same:"    // alert: it tells the story that it looks related to
	MuteOne   = "mute:"    // alert:story|outlet[:hours]
	Less      = "less:"    // alert: fewer like it
	More      = "more:"    // alert: more like it
	Unreact   = "unreact:" // alert:less|more: takes that back
	Rule      = "rule:"    // alert:word:… or alert:outlet: applies what was proposed
	NoRule    = "norule:"  // the same: it is not proposed again
	UndoMute  = "unmute:"  // chat:mute,mute: takes them back
	EndMute   = "endmute:" // chat:mute: what it is about is not muted any more
	Notify    = "notify:"  // alert: its subscriptions for whoever presses
	Folded    = "folded:"  // message:page, of the alerts that a digest only counts
	Rest      = "rest:"    // until:since:skip, of what a brief only counts
	Tell      = "tell:"    // chat:story:kind of answer
	Related   = "related:" // chat:story:page, of its neighbours
)

// FewerActions behind an alert's actions takes them away again.
const FewerActions = "0"

// The data of the buttons that follow a story and end it: chat:story, and behind it InReply
// if the button stands below what was said about it, which the next reply replaces.
const (
	FollowStory   = "fol:"
	UnfollowStory = "unfol:"
	InReply       = ":r"
)
