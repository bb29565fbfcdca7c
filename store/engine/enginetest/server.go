//go:build unix

package enginetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"newsbell/internal/porttest"
)

// Server is a PostgreSQL server of a test's own, which it may stop and break. It listens on
// a socket and on a port of 127.0.0.1, where it asks for passwords.
type Server struct {
	Port int

	t        testing.TB
	bin, dir string
	small    bool // its disk is its own
	as       *syscall.SysProcAttr
}

// NewServer makes and starts a server, with settings such as "fsync=on". The tests are skipped where
// they are not to run on PostgreSQL, or where it is not installed.
func NewServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	NeedsPostgres(t)

	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}

	return newServerIn(t, dir, settings...)
}

// newServerIn makes a server in a folder. Its path is short, for a socket's has to be.
func newServerIn(t testing.TB, dir string, settings ...string) *Server {
	t.Helper()

	bin, err := serverPrograms()
	if err != nil {
		t.Skip("SKIP: there is no initdb on this machine, to start a server with")
	}

	s := &Server{t: t, bin: bin, dir: dir}
	t.Cleanup(func() {
		_ = s.control("stop", "-m", "immediate") // it may be stopped
		_ = os.RemoveAll(s.data())
		_ = os.RemoveAll(dir) // one that is a disk stays until it is unmounted
	})

	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}

	s.run("initdb", "-D", s.data(), "-A", "trust", "--auth-host=scram-sha-256", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")

	all := append([]string{
		"unix_socket_directories='" + dir + "'", "listen_addresses='127.0.0.1'", "port=" + strconv.Itoa(s.Port),
		"fsync=off", "full_page_writes=off", "max_connections=100",
	}, settings...)

	file, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	for _, setting := range all {
		if err == nil {
			_, err = fmt.Fprintln(file, setting)
		}
	}

	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}

	s.Start()

	return s
}

// prepare chooses a port, and the user that the server runs as: it refuses to be root.
func (s *Server) prepare() error {
	port, err := porttest.Find()
	if err != nil {
		return err
	}

	s.Port = port

	if os.Getuid() != 0 {
		return nil
	}

	owner, err := user.Lookup("postgres")
	if err != nil {
		return err
	}

	uid, err := strconv.Atoi(owner.Uid)
	if err != nil {
		return err
	}

	gid, err := strconv.Atoi(owner.Gid)
	if err != nil {
		return err
	}

	s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}

	return errors.Join(os.Chmod(s.dir, 0o711), os.Chown(s.dir, uid, gid))
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// run runs a program of the server's, and fails the test if it fails.
func (s *Server) run(program string, args ...string) {
	s.t.Helper()

	if out, err := s.command(program, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.bin, program), args...)
	c.Dir, c.SysProcAttr = s.dir, s.as

	return c
}

// control has pg_ctl do something. The server keeps none of the files of this process open.
func (s *Server) control(what string, args ...string) error {
	return s.command("pg_ctl", append([]string{what, "-D", s.data(), "-s", "-w", "-t", "60", "-l", filepath.Join(s.dir, "log")}, args...)...).Run()
}

// Start starts the server and waits until it serves.
func (s *Server) Start() {
	s.t.Helper()

	if err := s.control("start"); err != nil {
		s.t.Fatalf("start PostgreSQL: %v\n%s", err, s.Log())
	}
}

// Log is what the server has logged, "": nothing yet.
func (s *Server) Log() string {
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(log)
}

// Crash ends the server as a power failure does: it recovers when it starts again.
func (s *Server) Crash() {
	s.t.Helper()

	if err := s.control("stop", "-m", "immediate"); err != nil {
		s.t.Fatalf("stop PostgreSQL: %v", err)
	}
}

// Restart ends the server as an administrator does, who does not wait for its clients, and starts it.
func (s *Server) Restart() {
	s.t.Helper()

	if err := s.control("restart", "-m", "fast"); err != nil {
		s.t.Fatalf("restart PostgreSQL: %v", err)
	}
}

// Address is that of a database for the superuser, who needs no password.
func (s *Server) Address(database string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&port=%d&user=postgres", database, s.dir, s.Port)
}

// AddressOf is that of a database for a user with a password.
func (s *Server) AddressOf(user, password, database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s", user, password, s.Port, database)
}

// Do runs statements on a database, each by itself.
func (s *Server) Do(database string, statements ...string) {
	s.t.Helper()

	args := []string{"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", s.Address(database)}
	for _, statement := range statements {
		args = append(args, "-c", statement)
	}

	s.run("psql", args...)
}

// Dump writes a database to a file as pg_dump does, also while it is in use.
func (s *Server) Dump(database string) (file string) {
	s.t.Helper()

	file = filepath.Join(s.dir, database+".dump")
	s.run("pg_dump", "--format=custom", "--file="+file, s.Address(database))

	return file
}

// Restore replaces a database by what a file of [Server.Dump] holds.
func (s *Server) Restore(database, file string) {
	s.t.Helper()

	s.Do("template1", "DROP DATABASE "+database+" WITH (FORCE)", "CREATE DATABASE "+database)
	s.run("pg_restore", "--exit-on-error", "--dbname="+s.Address(database), file)
}
