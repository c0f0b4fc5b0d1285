package control

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"primrose/functions/internal/twin/awsapi"
)

// page is the next of a list, and the token that leads on; a token is the index at which to go on.
func page[T any](all []T, token string, most int) ([]T, string, error) {
	from, err := offset(token)
	if err != nil || from > len(all) {
		return nil, "", errToken
	}
	if most <= 0 || from+most >= len(all) {
		return all[from:], "", nil
	}
	return all[from : from+most], base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(from + most))), nil
}

var errToken = refused("InvalidParameterException", "the token is not one that was given")

func offset(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(text), 10, 31)
	return int(n), err
}

// frame is which of n events are meant: those that a token leads on to from an index, or back to, or
// else the first or the last. A token that leads nowhere comes back as it is.
func frame(n int, token string, most int, head bool) (from, to int, err error) {
	if most <= 0 {
		most = n
	}
	way, index, _ := strings.Cut(token, "/")
	at, err := strconv.Atoi(index)
	switch {
	case token == "" && head:
		return 0, min(most, n), nil
	case token == "":
		return max(0, n-most), n, nil
	case err == nil && 0 <= at && at <= n && way == "f":
		return at, min(at+most, n), nil
	case err == nil && 0 <= at && at <= n && way == "b":
		return max(0, at-most), at, nil
	}
	return 0, 0, errToken
}

// refused is an answer that says no to what was asked.
func refused(code, message string) error {
	return awsapi.NewFault(http.StatusBadRequest, code, message)
}
