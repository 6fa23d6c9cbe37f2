// SPDX-License-Identifier: MIT

// Judges histories of one register with the peer, for tests/bench. Reads our
// JSON Lines; prints verdict and seconds of checking, reading left out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"
)

type entry struct {
	Process int             `json:"process"`
	Type    string          `json:"type"`
	F       string          `json:"f"`
	Key     int             `json:"key"`
	Value   json.RawMessage `json:"value"`
}

type input struct {
	f        string
	key      int
	arg      int
	expected int
}

type output struct {
	value   int
	unknown bool
}

// 0 stands for nil.
func number(raw json.RawMessage) int {
	n, err := strconv.Atoi(string(raw))
	if err != nil {
		return 0
	}
	return n + 1
}

func pair(raw json.RawMessage) (int, int) {
	var two []int
	if json.Unmarshal(raw, &two) != nil || len(two) != 2 {
		return 0, 0
	}
	return two[0] + 1, two[1] + 1
}

var register = porcupine.Model{
	Partition: func(ops []porcupine.Operation) [][]porcupine.Operation {
		parts := map[int][]porcupine.Operation{}
		for _, op := range ops {
			key := op.Input.(input).key
			parts[key] = append(parts[key], op)
		}
		var all [][]porcupine.Operation
		for _, part := range parts {
			all = append(all, part)
		}
		return all
	},
	Init: func() interface{} { return 0 },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		i, o := in.(input), out.(output)
		switch i.f {
		case "read":
			return o.unknown || o.value == state.(int), state
		case "write":
			return true, i.arg
		}
		if i.expected == state.(int) {
			return true, i.arg
		}
		return o.unknown, state
	},
}

func read(path string) []porcupine.Operation {
	file, err := os.Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	defer file.Close()
	var ops []porcupine.Operation
	open := map[int]int{}
	failed := map[int]bool{}
	scanner := bufio.NewScanner(file)
	scanner.Buffer(make([]byte, 1<<20), 1<<20)
	position := int64(0)
	for scanner.Scan() {
		var e entry
		if json.Unmarshal(scanner.Bytes(), &e) != nil {
			continue
		}
		position++
		if e.Type == "invoke" {
			in := input{f: e.F, key: e.Key, arg: number(e.Value)}
			if e.F == "cas" {
				in.expected, in.arg = pair(e.Value)
			}
			open[e.Process] = len(ops)
			ops = append(ops, porcupine.Operation{
				ClientId: e.Process, Input: in, Call: position,
				Output: output{unknown: true},
			})
			continue
		}
		i := open[e.Process]
		delete(open, e.Process)
		ops[i].Return = position
		if e.Type == "ok" {
			ops[i].Output = output{value: number(e.Value)}
		}
		if e.Type == "fail" {
			failed[i] = true
		}
		if e.Type == "info" {
			ops[i].Return = 0
		}
	}
	// The peer wants a return of every call: after everything else.
	var kept []porcupine.Operation
	for i := range ops {
		if failed[i] {
			continue
		}
		if ops[i].Return == 0 {
			ops[i].Return = 1 << 40
		}
		kept = append(kept, ops[i])
	}
	return kept
}

func main() {
	seconds, _ := strconv.Atoi(os.Args[1])
	for _, path := range os.Args[2:] {
		ops := read(path)
		start := time.Now()
		result := porcupine.CheckOperationsTimeout(register, ops,
			time.Duration(seconds)*time.Second)
		fmt.Printf("%s %.6f\n", result, time.Since(start).Seconds())
	}
}
