// Command script-engine executes every input of a transaction with btcd's script
// engine under the standard (relay) rules. It reads one JSON object on stdin and
// prints one on stdout; it judges scripts only, not fees or double spends.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// maxStdinBytes bounds what is read: a transaction of 4 MB in hex, and its prevouts.
const maxStdinBytes = 32 << 20

type prevout struct {
	Txid       string `json:"txid"`
	Vout       uint32 `json:"vout"`
	AmountSats int64  `json:"amountSats"`
	ScriptHex  string `json:"scriptHex"`
}

type request struct {
	TxHex    string    `json:"txHex"`
	Prevouts []prevout `json:"prevouts"`
}

// verdict is the answer: Input is the first input that failed, -1 where none could run.
type verdict struct {
	OK    bool   `json:"ok"`
	Input *int   `json:"input,omitempty"`
	Why   string `json:"why,omitempty"`
}

func refused(input int, why error) verdict {
	return verdict{Input: &input, Why: why.Error()}
}

func parse(r request) (*wire.MsgTx, *txscript.MultiPrevOutFetcher, error) {
	raw, err := hex.DecodeString(r.TxHex)
	if err != nil {
		return nil, nil, err
	}
	reader := bytes.NewReader(raw)
	tx := &wire.MsgTx{}
	if err := tx.Deserialize(reader); err != nil {
		return nil, nil, err
	}
	if reader.Len() != 0 {
		return nil, nil, fmt.Errorf("%d bytes after the transaction", reader.Len())
	}
	coins := txscript.NewMultiPrevOutFetcher(nil)
	for _, p := range r.Prevouts {
		txid, err := chainhash.NewHashFromStr(p.Txid)
		if err != nil {
			return nil, nil, err
		}
		script, err := hex.DecodeString(p.ScriptHex)
		if err != nil {
			return nil, nil, err
		}
		coins.AddPrevOut(wire.OutPoint{Hash: *txid, Index: p.Vout}, wire.NewTxOut(p.AmountSats, script))
	}
	return tx, coins, nil
}

func execute(tx *wire.MsgTx, coins *txscript.MultiPrevOutFetcher) verdict {
	hashes := txscript.NewTxSigHashes(tx, coins)
	for i, in := range tx.TxIn {
		coin := coins.FetchPrevOutput(in.PreviousOutPoint)
		engine, err := txscript.NewEngine(
			coin.PkScript, tx, i, txscript.StandardVerifyFlags, nil, hashes, coin.Value, coins)
		if err != nil {
			return refused(i, err)
		}
		if err := engine.Execute(); err != nil {
			return refused(i, err)
		}
	}
	return verdict{OK: true}
}

func judge(input []byte) verdict {
	var r request
	if err := json.Unmarshal(input, &r); err != nil {
		return refused(-1, err)
	}
	tx, coins, err := parse(r)
	if err != nil {
		return refused(-1, err)
	}
	for i, in := range tx.TxIn {
		if coins.FetchPrevOutput(in.PreviousOutPoint) == nil {
			return refused(i, fmt.Errorf("no prevout %v", in.PreviousOutPoint))
		}
	}
	return execute(tx, coins)
}

func main() {
	input, err := io.ReadAll(io.LimitReader(os.Stdin, maxStdinBytes))
	answer := judge(input)
	if err != nil {
		answer = refused(-1, err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		os.Exit(1)
	}
}
