package ras

import "unsafe"

// Sizes and offsets as the C compiler has them for each processor, from the SDK's
// header: where one differs, this does not compile, on any system.
type none = [0]struct{}

var (
	_ none = [unsafe.Sizeof(entry{}) - 6724]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.options) - 4]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.phone) - 38]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.protocols) - 324]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.framing) - 328]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.deviceType) - 1892]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.deviceName) - 1926]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.idle) - 3492]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.kind) - 3496]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.encryption) - 3500]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.customAuth) - 3504]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.id) - 3508]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.strategy) - 4044]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.options2) - 4048]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.dnsSuffix) - 4056]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.redialCount) - 5608]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.redialPause) - 5612]struct{}{}
	_ none = [unsafe.Offsetof(entry{}.ipv6DNS) - 5616]struct{}{} // XP ends here
	_ none = [unsafe.Offsetof(entry{}.ipv6) - 5656]struct{}{}    // and Vista
	_ none = [unsafe.Offsetof(entry{}.idi) - 5680]struct{}{}     // and 7 to 8.1

	_ none = [unsafe.Sizeof(dialParams{}) - 2104 - 2*pointer]struct{}{} // 2112 or 2120
	_ none = [unsafe.Offsetof(dialParams{}.entry) - 4]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.phone) - 518]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.callback) - 776]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.user) - 1034]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.password) - 1548]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.domain) - 2062]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.subEntry) - 2096]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.callbackID) - 2100]struct{}{}
	_ none = [unsafe.Offsetof(dialParams{}.ifIndex) - 2100 - pointer]struct{}{}   // XP: 2104 or 2108
	_ none = [unsafe.Offsetof(dialParams{}.encrypted) - 2104 - pointer]struct{}{} // 7: 2108 or 2112

	_ none = [unsafe.Sizeof(credentials{}) - 1068]struct{}{}
	_ none = [unsafe.Offsetof(credentials{}.mask) - 4]struct{}{}
	_ none = [unsafe.Offsetof(credentials{}.user) - 8]struct{}{}
	_ none = [unsafe.Offsetof(credentials{}.password) - 522]struct{}{}
	_ none = [unsafe.Offsetof(credentials{}.domain) - 1036]struct{}{}

	_ none = [unsafe.Sizeof(entryName{}) - 1048]struct{}{}
	_ none = [unsafe.Offsetof(entryName{}.name) - 4]struct{}{}
	_ none = [unsafe.Offsetof(entryName{}.flags) - 520]struct{}{}
	_ none = [unsafe.Offsetof(entryName{}.book) - 524]struct{}{}

	_ none = [unsafe.Sizeof(device{}) - 296]struct{}{}
	_ none = [unsafe.Offsetof(device{}.kind) - 4]struct{}{}
	_ none = [unsafe.Offsetof(device{}.name) - 38]struct{}{}

	_ none = [unsafe.Sizeof(connection{}) - 1380 - pointer]struct{}{} // 1384 or 1388
	_ none = [unsafe.Offsetof(connection{}.handle) - 4]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.entry) - 4 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.deviceType) - 518 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.deviceName) - 552 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.book) - 810 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.subEntry) - 1332 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.id) - 1336 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.flags) - 1352 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.session) - 1356 - pointer]struct{}{}
	_ none = [unsafe.Offsetof(connection{}.correlation) - 1364 - pointer]struct{}{} // XP: 1368 or 1372

	_ none = [unsafe.Sizeof(status{}) - 608]struct{}{}
	_ none = [unsafe.Offsetof(status{}.state) - 4]struct{}{}
	_ none = [unsafe.Offsetof(status{}.err) - 8]struct{}{}
	_ none = [unsafe.Offsetof(status{}.deviceType) - 12]struct{}{}
	_ none = [unsafe.Offsetof(status{}.deviceName) - 46]struct{}{}
	_ none = [unsafe.Offsetof(status{}.phone) - 304]struct{}{}
	_ none = [unsafe.Offsetof(status{}.local) - 564]struct{}{} // XP ends here
	_ none = [unsafe.Offsetof(status{}.remote) - 584]struct{}{}
	_ none = [unsafe.Offsetof(status{}.sub) - 604]struct{}{}

	_ none = [unsafe.Sizeof(projection{}) - 80]struct{}{}
)
