package scheduler

import (
	"strconv"
	"strings"
	"time"

	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// schedule is when the alerts of a subscription come.
type schedule struct {
	subscriptions.Plan
	except *index.Single // what the chat's quiet hours let through; nil: nothing
	name   string        // see schedules.numbers
	users  int           // subscriptions that have it
}

// counts reports whether the alerts of a day are limited.
func (s *schedule) counts() bool { return s.Delivery.Max > 0 && s.When().Kind == subscriptions.AtOnce }

// newSchedule reads the schedule of a subscription. zone is that of chats that have set none.
func newSchedule(f store.SubscriptionChange, zone *time.Location) (schedule, error) {
	plan, err := subscriptions.ParsePlan(f.Delivery, f.Digest, f.Quiet, f.TimeZone, zone)
	if err != nil {
		return schedule{}, err
	}

	plan.Min = f.Outlets
	s := schedule{Plan: plan}

	if plan.Quiet.Except != "" {
		if q, err := query.Parse(plan.Quiet.Except); err == nil {
			s.except = index.NewSingle(q)
		}
	}

	return s, nil
}

// schedules are the schedules of the subscriptions in the index. Subscriptions that are alike share
// one, so that a follower holds its number alone: of a million nearly all have number 0, at once.
type schedules struct {
	all     []schedule        // by number
	numbers map[string]uint32 // by name
	unused  []uint32          // numbers to be given again
	zone    *time.Location    // of chats that have set none
}

func newSchedules(zone *time.Location) schedules {
	return schedules{all: []schedule{{Plan: subscriptions.Plan{Zone: zone}}}, numbers: map[string]uint32{}, zone: zone}
}

// join makes a subscription a user of its schedule and returns the number, 0 if it cannot be read.
func (s *schedules) join(f store.SubscriptionChange) (number uint32, err error) {
	number, err = s.numberOf(f)
	s.all[number].users++

	return number, err
}

// numberOf returns the number of a subscription's schedule, a new one if no other has it.
func (s *schedules) numberOf(f store.SubscriptionChange) (uint32, error) {
	if f.Delivery == "" && f.Quiet == "" && f.Digest == "" && f.Outlets < 2 {
		return 0, nil
	}

	name := strings.Join([]string{strconv.Itoa(f.Outlets), f.Delivery, f.Digest, f.Quiet, f.TimeZone}, "\n")
	if n, ok := s.numbers[name]; ok {
		return n, nil
	}

	made, err := newSchedule(f, s.zone)
	if err != nil {
		return 0, err
	}

	made.name = name
	number := uint32(len(s.all))

	if n := len(s.unused); n > 0 {
		number, s.unused = s.unused[n-1], s.unused[:n-1]
		s.all[number] = made
	} else {
		s.all = append(s.all, made)
	}

	s.numbers[name] = number

	return number, nil
}

// leave ends that a subscription uses a schedule. The last one frees its number.
func (s *schedules) leave(number uint32) {
	left := &s.all[number]
	if left.users--; left.users > 0 || number == 0 {
		return
	}

	delete(s.numbers, left.name)
	*left = schedule{}

	s.unused = append(s.unused, number)
}
