package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

var signingKey = []byte(os.Getenv("SIGNING_KEY"))

func isFromSignalbox(rawBody []byte, signature string) bool {
	mac := hmac.New(sha256.New, signingKey)
	mac.Write(rawBody)
	given, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

func webhook(w http.ResponseWriter, r *http.Request) {
	// The signature is over the bytes as they came: verify before you parse.
	rawBody, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || !isFromSignalbox(rawBody, r.Header.Get("logto-signature-sha-256")) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var event struct{ Event string }
	if err := json.Unmarshal(rawBody, &event); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	log.Println(event.Event, r.Header.Get("webhook-id"))
	w.WriteHeader(http.StatusNoContent)
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	log.Fatal(http.ListenAndServe(":"+port, http.HandlerFunc(webhook)))
}
