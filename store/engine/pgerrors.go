package engine

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// explained is an error with a sentence for people. It does not show its cause, which
// may name the user or hold a part of the address.
type explained struct {
	sentence error
	causes   []error
}

func (e explained) Error() string   { return e.sentence.Error() }
func (e explained) Unwrap() []error { return append([]error{e.sentence}, e.causes...) }

// setupError is an [ErrSetup] with a sentence of its own.
func setupError(cause error, format string, args ...any) error {
	e := explained{fmt.Errorf(format, args...), []error{ErrSetup}}
	if cause != nil {
		e.causes = append(e.causes, cause)
	}

	return e
}

// errServerFull means that the disk of the server has no room: nothing was changed.
var errServerFull = errors.New("the disk of the database server is full: free some space there; Newsbell goes on by itself")

// The codes of PostgreSQL that people can do something about.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	codeBadPassword    = "28P01"
	codeNotAuthorized  = "28000"
	codeNoDatabase     = "3D000"
	codeNotPermitted   = "42501"
	codeDiskFull       = "53100"
	codeReadOnly       = "25006"
	classConnection    = "08"
	classIntervention  = "57P"
	codeTooMany        = "53300"
	codeIdleInTransact = "25P03"
	codeSerialization  = "40001"
	codeDeadlock       = "40P01"
	codeNoStatement    = "26000"
	codeStatementTwice = "42P05"
)

// IsAgain reports whether a server has undone a transaction for the sake of another one, and
// the same transaction may well succeed when it is run again. Writers take turns, so no two of
// Newsbell's do that to each other; but another program may lock what it likes.
// https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
func IsAgain(err error) bool {
	answer, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (answer.Code == codeSerialization || answer.Code == codeDeadlock)
}

// Explain implements [Engine].
func (p *postgres) Explain(err error) error {
	if err == nil || errors.Is(err, ErrSetup) || errors.Is(err, ErrAway) || errors.Is(err, errServerFull) || errors.Is(err, ErrStop) {
		return err
	}

	answer, answered := errors.AsType[*pgconn.PgError](err)

	switch {
	case answered && (answer.Code == codeBadPassword || answer.Code == codeNotAuthorized):
		return setupError(err, "the server of %s refuses the user or the password: look at both in `database` of the configuration, and at pg_hba.conf of the server", p.name)
	case answered && answer.Code == codeNoDatabase:
		return setupError(err, "there is no such database on the server of %s: make it with CREATE DATABASE, or name another one in `database` of the configuration", p.name)
	case answered && answer.Code == codeNotPermitted:
		return setupError(err, "the user lacks a right in the database %s: make the user the owner of the database and of its tables", p.name)
	case answered && answer.Code == codeReadOnly:
		return setupError(err, "the database %s may only be read: name the primary server, with a user who may write", p.name)
	case answered && (answer.Code == codeNoStatement || answer.Code == codeStatementTwice):
		return setupError(err, "what stands before the server of %s forgets prepared statements, as a PgBouncer before 1.21 that pools by transaction does: write default_query_exec_mode=cache_describe behind the address in `database`, or pool by session", p.name)
	case answered && answer.Code == codeDiskFull:
		return explained{errServerFull, []error{err}}
	case !answered && strings.Contains(err.Error(), "server refused TLS connection"):
		return setupError(err, "the server of %s offers no TLS: write ?sslmode=disable behind the address in `database`, or switch ssl on at the server", p.name)
	case isUntrusted(err):
		return setupError(err, "the certificate of the server of %s is not to be trusted: look at sslmode and sslrootcert behind the address in `database`", p.name)
	case isAway(err):
		return explained{fmt.Errorf("the server of %s cannot be reached (%s): see that it runs, and that the address in `database` is right", p.name, unreachableReason(err)), []error{ErrAway, err}}
	}

	return err
}

// isUntrusted reports whether a server was not who it has to be.
func isUntrusted(err error) bool {
	_, is := errors.AsType[*tls.CertificateVerificationError](err)
	return is
}

// unreachableReason is what an unreachable server comes down to, without what the address held.
func unreachableReason(err error) string {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return answer.Message
	}

	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return "no host " + lookup.Name
	}

	if dial, ok := errors.AsType[*net.OpError](err); ok {
		return dial.Err.Error()
	}

	return "the connection was lost"
}

// isAway reports whether an error is one of the way to the server or of a server that
// makes no connections for now.
func isAway(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(answer.Code, classConnection) || strings.HasPrefix(answer.Code, classIntervention) ||
			answer.Code == codeTooMany || answer.Code == codeIdleInTransact
	}

	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}

	if _, ok := errors.AsType[net.Error](err); ok && !errors.Is(err, context.Canceled) {
		return true
	}

	for _, lost := range []error{ErrAway, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, lost) {
			return true
		}
	}

	return strings.Contains(err.Error(), "conn closed")
}
