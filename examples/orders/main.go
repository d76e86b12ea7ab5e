// Command orders writes orders.gob, as any Go program writes values with encoding/gob: ../read_orders.py
// reads them.
package main

import (
	"encoding/gob"
	"log"
	"math/big"
	"os"
	"time"
)

// Item is a line of an order.
type Item struct {
	Name     string
	Quantity uint
	Price    float64
}

// Card and Transfer are the ways to pay.
type Card struct {
	Network string
	Digits  [4]byte
}

type Transfer struct {
	IBAN string
}

// Order is what is sent.
type Order struct {
	Number  int64
	Placed  time.Time
	Items   []Item
	Notes   map[string]string
	Payment any
	Points  *big.Int
}

func main() {
	gob.Register(Card{})
	gob.Register(Transfer{})
	orders := []Order{
		{
			Number:  1001,
			Placed:  time.Date(2024, 3, 1, 9, 30, 0, 123456789, time.FixedZone("", 3600)),
			Items:   []Item{{"kettle", 1, 39.5}, {"cup", 6, 4.25}},
			Notes:   map[string]string{"delivery": "at the door"},
			Payment: Card{"Visa", [4]byte{4, 2, 4, 2}},
			Points:  new(big.Int).Exp(big.NewInt(2), big.NewInt(70), nil),
		},
		{
			Number:  1002,
			Placed:  time.Date(2024, 3, 2, 18, 0, 0, 0, time.UTC),
			Items:   []Item{{"teapot", 1, 24}},
			Payment: Transfer{"DE02120300000000202051"},
		},
	}
	file, err := os.Create("orders.gob")
	if err != nil {
		log.Fatal(err)
	}
	encoder := gob.NewEncoder(file)
	for _, order := range orders {
		if err := encoder.Encode(order); err != nil {
			log.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
