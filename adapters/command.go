package adapters

// Command is a row of the one command table (package bot has it). Menus, slash
// commands, /help and the README are made from it.
type Command struct {
	Name    string   // [a-z]{1,32}
	Shown   string   // its name in the language of the table, where a platform shows one; "" is Name
	Aliases []string // other names in text chats only
	Summary string   // what it does, up to 100 characters, for menus
	Options []Option // in the order in which people fill them
	// Manage: in a shared chat it is for those who may configure it; platforms
	// that can hide it from others do. The right is checked again on every use.
	Manage bool
	// Subcommands are the ways to use the command, each with its own Options
	// (then Options here is empty): Discord shows "sources add", and the request
	// has Command "sources" and Options["sub"] "add". In a text chat the first word
	// is the subcommand.
	Subcommands []Command
	// Only is the one platform that has it, "" for all.
	Only string
	// Generic: other bots have a command of this name too. Where several bots read
	// one chat, it is for us only if that is clear from the message or from the
	// talk before it.
	Generic bool
	// ForMembers: a shared chat's menu offers it to people who may not configure
	// the chat, too.
	ForMembers bool
	// Discreet: nobody else in a shared chat has to see that it is used; it asks nothing
	// back.
	Discreet bool
	// Personal: it is about the person who asks, also in a shared chat; where the
	// platform can, only they see the answer.
	Personal bool
}

// Localization is the command table and what the bot says of itself, in one language.
type Localization struct {
	Language string    // BCP 47
	Commands []Command // those of the table, in its order
	// OnMessages are those that a platform offers in the menu of a message.
	OnMessages []Command
	About      string // what the bot does, up to 512 characters, shown before it is started
	Short      string // the same in up to 120 characters, for its profile
}

// Option is a named value of a command.
type Option struct {
	Name     string
	Summary  string // up to 100 characters
	Kind     OptionKind
	Required bool
	Choices  []Choice // the only values; with Complete: none
	Complete bool     // Handler.Complete offers values while typing
}

// OptionKind is what a value of an option is.
type OptionKind int

// The kinds of options.
const (
	TextOption    OptionKind = iota
	ChannelOption            // a chat of the same server, by id
	RoleOption               // a role of the server, by id
	FileOption               // a file that comes with the command, as Request.File; only slash commands have it
)

// Choice is a value with the words a person picks it by.
type Choice struct {
	Label string // up to 100 characters
	Value string // up to 100 characters
}
