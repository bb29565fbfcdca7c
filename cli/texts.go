package cli

// What the operator's chat reads.
const (
	stoppingText       = "Newsbell stops: the database cannot be used any more."
	secondInstanceText = "Somebody started a second Newsbell on this database. It stopped at once; see who starts it."
)
