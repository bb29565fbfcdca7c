package irc

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// servers are those that the tests run against: one of our own, and where it is installed
// a real one, which others have written.
func servers(t *testing.T, f func(t *testing.T, address string)) {
	t.Helper()

	t.Run("own", func(t *testing.T) { f(t, startServer(t)) })
	t.Run("ngircd", func(t *testing.T) {
		program, err := exec.LookPath("ngircd")
		if err != nil {
			if program = "/usr/sbin/ngircd"; exec.Command(program, "--version").Run() != nil {
				t.Skip("ngircd isn't installed")
			}
		}

		f(t, startNgircd(t, program))
	})
}

// startNgircd runs a real server until the test ends.
func startNgircd(t *testing.T, program string) string {
	t.Helper()

	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	address := free.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	free.Close()

	file := filepath.Join(t.TempDir(), "ngircd.conf")
	config := fmt.Sprintf("[Global]\nName = irc.test.example\nListen = 127.0.0.1\nPorts = %s\n[Limits]\nMaxNickLength = 20\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n", port)

	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(program, "--config", file, "--nodaemon")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})

	for range 600 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}

		time.Sleep(50 * time.Millisecond)
	}

	t.Fatal("ngircd does not start")

	return ""
}

// server is as much of RFC 2812 as the tests need.
type server struct {
	t  *testing.T
	mu sync.Mutex

	people   map[string]net.Conn
	channels map[string][]string // names, operators with @
}

func startServer(t *testing.T) string {
	t.Helper()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	s := &server{t: t, people: map[string]net.Conn{}, channels: map[string][]string{}}

	var serving sync.WaitGroup

	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}

			serving.Go(func() { s.serve(conn) })
		}
	})

	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()

		for _, conn := range s.people {
			conn.Close()
		}
		s.mu.Unlock()
		serving.Wait()
	})

	return l.Addr().String()
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()

	nick := ""

	for in := bufio.NewScanner(conn); in.Scan(); {
		if len(in.Bytes()) > 510-60 { // with what the server puts before it
			s.t.Errorf("a line of %d bytes", len(in.Bytes()))
		}

		if s.take(conn, &nick, parse(in.Text())) {
			break
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	if s.people[nick] == conn {
		delete(s.people, nick)
	}
}

// take does what a line asks; over: the person leaves.
func (s *server) take(conn net.Conn, nick *string, l *line) (over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()

	say := func(code, rest string) { fmt.Fprintf(conn, ":irc.test.example %s %s %s\r\n", code, *nick, rest) }

	switch l.command {
	case "NICK":
		if s.people[l.arg(0)] != nil {
			say("433", l.arg(0)+" :Nickname is already in use")
			return true
		}

		*nick = l.arg(0)
		s.people[*nick] = conn
	case "USER":
		say("001", ":Welcome")
	case "PING":
		fmt.Fprintf(conn, ":irc.test.example PONG irc.test.example :%s\r\n", l.arg(0))
	case "JOIN":
		name := *nick
		if len(s.channels[l.arg(0)]) == 0 {
			name = "@" + name
		}

		s.channels[l.arg(0)] = append(s.channels[l.arg(0)], name)
		s.tell(l.arg(0), "", fmt.Sprintf(":%s!u@h JOIN %s\r\n", *nick, l.arg(0)))
	case "NAMES":
		if all := s.channels[l.arg(0)]; len(all) > 0 {
			say("353", "= "+l.arg(0)+" :"+strings.Join(all, " "))
		}

		say("366", l.arg(0)+" :End of NAMES list")
	case "PRIVMSG":
		to, text := l.arg(0), fmt.Sprintf(":%s!u@h PRIVMSG %s :%s\r\n", *nick, l.arg(0), l.arg(1))

		switch {
		case isChannel(to) && len(s.channels[to]) == 0:
			say("403", to+" :No such channel")
		case isChannel(to):
			s.tell(to, *nick, text)
		case s.people[to] == nil:
			say("401", to+" :No such nick/channel")
		default:
			fmt.Fprint(s.people[to], text)
		}
	case "QUIT":
		return true
	}

	return false
}

// tell sends a line to all of a channel but one.
func (s *server) tell(channel, but, text string) {
	for _, name := range s.channels[channel] {
		if name = strings.TrimPrefix(name, "@"); name != but && s.people[name] != nil {
			fmt.Fprint(s.people[name], text)
		}
	}
}

// person is somebody on the network.
type person struct {
	t     *testing.T
	conn  net.Conn
	heard chan *line
}

func connect(t *testing.T, address, nick string) *person {
	t.Helper()

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}

	p := &person{t: t, conn: conn, heard: make(chan *line, 1000)}

	go func() {
		defer close(p.heard)

		for in := bufio.NewScanner(conn); in.Scan(); {
			l := parse(in.Text())
			if l.command == "PING" {
				fmt.Fprintf(conn, "PONG :%s\r\n", l.arg(0))
			}

			p.heard <- l
		}
	}()

	t.Cleanup(func() { conn.Close() })
	p.does("NICK " + nick)
	p.does("USER " + nick + " 0 * :" + nick)
	p.hears("001", "")

	return p
}

func (p *person) does(text string) { fmt.Fprintf(p.conn, "%s\r\n", text) }

// hears waits for a line that has a word in its last argument.
func (p *person) hears(command, word string) *line {
	p.t.Helper()

	limit := time.After(2 * time.Minute)

	var so []string

	for {
		select {
		case l, ok := <-p.heard:
			if !ok {
				p.t.Fatalf("the connection ended before %s %q\n%s", command, word, strings.Join(so, "\n"))
			}

			if l.command == command && (word == "" || slices.ContainsFunc(l.args, func(a string) bool { return strings.Contains(a, word) })) {
				return l
			}

			so = append(so, fmt.Sprint(*l))
		case <-limit:
			p.t.Fatalf("waited in vain for %s %q\n%s", command, word, strings.Join(so, "\n"))
		}
	}
}
