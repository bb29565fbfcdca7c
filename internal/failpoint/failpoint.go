// Package failpoint names moments in the life of an alert at which a test kills
// the process, as a power failure would.
//
// Without the build tag crashtest, [Hit] does nothing, [DiskPages], [EditGap] and [IdentifyGap] are zero.
// With it, NEWSBELL_DIE_AT=NAME[:N] kills the process with SIGKILL the Nth time
// (default: the first) that the failpoint NAME is hit, and NEWSBELL_PAGES=N limits
// how many pages the database file may have, as a full disk would; N may stand in a file of that name. NEWSBELL_EDIT_GAP=1s
// has alerts edited sooner after each other, NEWSBELL_IDENTIFY_GAP=20ms sessions with
// Discord's gateway started sooner.
package failpoint

// The failpoints. Their strings are NEWSBELL_DIE_AT's and part of the contract.
const (
	Fetched   = "fetched"   // a source was fetched and parsed, nothing is saved yet
	Saved     = "saved"     // the result of a poll is committed
	Matched   = "matched"   // a batch of articles is matched and its alerts are committed
	Claimed   = "claimed"   // a message and its attempt are committed, nothing is sent yet
	Sent      = "sent"      // the platform has answered, the outcome is not written yet
	Settled   = "settled"   // the outcome of an attempt is committed
	Edited    = "edited"    // the platform has answered to an edit, nothing is noted yet
	Threaded  = "threaded"  // the platform has answered to a thread to open, nothing is noted yet
	Published = "published" // the platform has answered to a message to publish, nothing is noted yet
	Answered  = "answered"  // the effect of a request is committed, the reply is not sent yet
)
