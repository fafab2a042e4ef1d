// Package e2e tests the whole program as people meet it: the built binary,
// its demonstration data, plain HTTP and a real Chromium. It keeps the promise
// of the house that every page works without scripts, by keyboard, on a narrow
// telephone and with a screen reader, and that the journeys of a citizen and of
// the staff run from end to end. It holds no data about people: everybody in
// the demonstration is invented.
//
//	go test ./e2e                                    builds and starts the program itself
//	YANGGUANG_E2E_URL=http://127.0.0.1:8080 …        uses a running demonstration instead
//	YANGGUANG_SHOTS=/tmp/shots …                     where failing pages leave a picture
//	YANGGUANG_MANUAL=1 go test ./e2e                 draws the pictures of docs/manual anew, in the journeys they show
//	AXE=e2e/node_modules/axe-core/axe.min.js …       another copy of axe-core
//	YANGGUANG_AXE_REPORT=bench/axe-report.txt …      the whole grid (make axe), not CI's two columns
package e2e
