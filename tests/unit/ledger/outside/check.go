// Checks a log with Go's sumdb packages: checkpoint, tiles, bundles, proofs, growth.
// Arguments: folder of the log, vkey, an older size, and any number of .tlog-proof files.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type files struct{ folder string }

func (f files) Height() int { return 8 }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// C2SP tlog-tiles leaves the height out of the path.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func must(err error) {
	if err != nil {
		fmt.Println("refused", err)
		os.Exit(1)
	}
}

func open(text string, key note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func entries(folder string, size int64) [][]byte {
	var found [][]byte
	for at := int64(0); at < size; at += 256 {
		width := 256
		if size-at < 256 {
			width = int(size - at)
		}
		tile := tlog.Tile{H: 8, L: -1, N: at / 256, W: width}
		path := strings.Replace(tile.Path(), "tile/8/data", "tile/entries", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		must(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:2+length])
			data = data[2+length:]
		}
	}
	return found
}

func main() {
	folder, vkey := os.Args[1], os.Args[2]
	key, err := note.NewVerifier(vkey)
	must(err)
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	tree := open(string(text), key)
	reader := tlog.TileHashReader(tree, files{folder})
	root, err := tlog.TreeHash(tree.N, reader)
	must(err)
	if root != tree.Hash {
		must(fmt.Errorf("the tiles have another root"))
	}
	bodies := entries(folder, tree.N)
	for index, body := range bodies {
		proof, err := tlog.ProveRecord(tree.N, int64(index), reader)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(body)))
	}
	old, err := strconv.ParseInt(os.Args[3], 10, 64)
	must(err)
	oldRoot, err := tlog.TreeHash(old, reader)
	must(err)
	growth, err := tlog.ProveTree(tree.N, old, reader)
	must(err)
	must(tlog.CheckTree(growth, tree.N, tree.Hash, old, oldRoot))
	for _, path := range os.Args[4:] {
		text, err := os.ReadFile(path)
		must(err)
		head, signed, _ := strings.Cut(string(text), "\n\n")
		lines := strings.Split(head, "\n")
		body, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		must(err)
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
		must(err)
		var proof tlog.RecordProof
		for _, line := range lines[3:] {
			hash, err := tlog.ParseHash(line)
			must(err)
			proof = append(proof, hash)
		}
		under := open(signed, key)
		must(tlog.CheckRecord(proof, under.N, under.Hash, index, tlog.RecordHash(body)))
	}
	fmt.Println("ok", len(bodies), "entries,", len(os.Args)-4, "proofs")
}
