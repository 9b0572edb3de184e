//go:build !js && !wasip1

package sqlite

import (
	"strconv"

	lib "modernc.org/sqlite/lib"
)

// Name is the code's own, such as SQLITE_CONSTRAINT_UNIQUE.
func (e *Error) Name() string {
	if name := codeName(e.Code); name != "" {
		return name
	}
	if name := codeName(e.Code & 0xff); name != "" {
		return name
	}
	return "SQLITE_" + strconv.Itoa(e.Code)
}

// Busy reports whether somebody else holds a lock that was needed, so that it can be tried again.
func (e *Error) Busy() bool { return e.Code&0xff == lib.SQLITE_BUSY }

// Is reports whether its code is that one, or a particular case of it.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && (e.Code == int(c) || e.Code&0xff == int(c))
}

// Codes that callers ask for, by errors.Is.
const (
	Interrupted Code = lib.SQLITE_INTERRUPT
	CannotOpen  Code = lib.SQLITE_CANTOPEN
	Generic     Code = lib.SQLITE_ERROR
	BusyCode    Code = lib.SQLITE_BUSY
	NotADB      Code = lib.SQLITE_NOTADB
	Corrupt     Code = lib.SQLITE_CORRUPT
	Full        Code = lib.SQLITE_FULL
	TooBig      Code = lib.SQLITE_TOOBIG
	ReadOnly    Code = lib.SQLITE_READONLY
)

// codeName is a code's name; "" if there is none. It is a switch, and no map, as that would be made at every start.
func codeName(code int) string {
	switch code {
	case 1:
		return "SQLITE_ERROR"
	case 2:
		return "SQLITE_INTERNAL"
	case 3:
		return "SQLITE_PERM"
	case 4:
		return "SQLITE_ABORT"
	case 5:
		return "SQLITE_BUSY"
	case 6:
		return "SQLITE_LOCKED"
	case 7:
		return "SQLITE_NOMEM"
	case 8:
		return "SQLITE_READONLY"
	case 9:
		return "SQLITE_INTERRUPT"
	case 10:
		return "SQLITE_IOERR"
	case 11:
		return "SQLITE_CORRUPT"
	case 12:
		return "SQLITE_NOTFOUND"
	case 13:
		return "SQLITE_FULL"
	case 14:
		return "SQLITE_CANTOPEN"
	case 15:
		return "SQLITE_PROTOCOL"
	case 16:
		return "SQLITE_EMPTY"
	case 17:
		return "SQLITE_SCHEMA"
	case 18:
		return "SQLITE_TOOBIG"
	case 19:
		return "SQLITE_CONSTRAINT"
	case 20:
		return "SQLITE_MISMATCH"
	case 21:
		return "SQLITE_MISUSE"
	case 22:
		return "SQLITE_NOLFS"
	case 23:
		return "SQLITE_AUTH"
	case 24:
		return "SQLITE_FORMAT"
	case 25:
		return "SQLITE_RANGE"
	case 26:
		return "SQLITE_NOTADB"
	case 257:
		return "SQLITE_ERROR_MISSING_COLLSEQ"
	case 261:
		return "SQLITE_BUSY_RECOVERY"
	case 262:
		return "SQLITE_LOCKED_SHAREDCACHE"
	case 264:
		return "SQLITE_READONLY_RECOVERY"
	case 266:
		return "SQLITE_IOERR_READ"
	case 267:
		return "SQLITE_CORRUPT_VTAB"
	case 270:
		return "SQLITE_CANTOPEN_NOTEMPDIR"
	case 275:
		return "SQLITE_CONSTRAINT_CHECK"
	case 279:
		return "SQLITE_AUTH_USER"
	case 513:
		return "SQLITE_ERROR_RETRY"
	case 516:
		return "SQLITE_ABORT_ROLLBACK"
	case 517:
		return "SQLITE_BUSY_SNAPSHOT"
	case 518:
		return "SQLITE_LOCKED_VTAB"
	case 520:
		return "SQLITE_READONLY_CANTLOCK"
	case 522:
		return "SQLITE_IOERR_SHORT_READ"
	case 523:
		return "SQLITE_CORRUPT_SEQUENCE"
	case 526:
		return "SQLITE_CANTOPEN_ISDIR"
	case 531:
		return "SQLITE_CONSTRAINT_COMMITHOOK"
	case 769:
		return "SQLITE_ERROR_SNAPSHOT"
	case 773:
		return "SQLITE_BUSY_TIMEOUT"
	case 776:
		return "SQLITE_READONLY_ROLLBACK"
	case 778:
		return "SQLITE_IOERR_WRITE"
	case 779:
		return "SQLITE_CORRUPT_INDEX"
	case 782:
		return "SQLITE_CANTOPEN_FULLPATH"
	case 787:
		return "SQLITE_CONSTRAINT_FOREIGNKEY"
	case 1025:
		return "SQLITE_ERROR_RESERVESIZE"
	case 1032:
		return "SQLITE_READONLY_DBMOVED"
	case 1034:
		return "SQLITE_IOERR_FSYNC"
	case 1038:
		return "SQLITE_CANTOPEN_CONVPATH"
	case 1043:
		return "SQLITE_CONSTRAINT_FUNCTION"
	case 1281:
		return "SQLITE_ERROR_KEY"
	case 1288:
		return "SQLITE_READONLY_CANTINIT"
	case 1290:
		return "SQLITE_IOERR_DIR_FSYNC"
	case 1294:
		return "SQLITE_CANTOPEN_DIRTYWAL"
	case 1299:
		return "SQLITE_CONSTRAINT_NOTNULL"
	case 1537:
		return "SQLITE_ERROR_UNABLE"
	case 1544:
		return "SQLITE_READONLY_DIRECTORY"
	case 1546:
		return "SQLITE_IOERR_TRUNCATE"
	case 1550:
		return "SQLITE_CANTOPEN_SYMLINK"
	case 1555:
		return "SQLITE_CONSTRAINT_PRIMARYKEY"
	case 1802:
		return "SQLITE_IOERR_FSTAT"
	case 1811:
		return "SQLITE_CONSTRAINT_TRIGGER"
	case 2058:
		return "SQLITE_IOERR_UNLOCK"
	case 2067:
		return "SQLITE_CONSTRAINT_UNIQUE"
	case 2314:
		return "SQLITE_IOERR_RDLOCK"
	case 2323:
		return "SQLITE_CONSTRAINT_VTAB"
	case 2570:
		return "SQLITE_IOERR_DELETE"
	case 2579:
		return "SQLITE_CONSTRAINT_ROWID"
	case 2826:
		return "SQLITE_IOERR_BLOCKED"
	case 2835:
		return "SQLITE_CONSTRAINT_PINNED"
	case 3082:
		return "SQLITE_IOERR_NOMEM"
	case 3091:
		return "SQLITE_CONSTRAINT_DATATYPE"
	case 3338:
		return "SQLITE_IOERR_ACCESS"
	case 3594:
		return "SQLITE_IOERR_CHECKRESERVEDLOCK"
	case 3850:
		return "SQLITE_IOERR_LOCK"
	case 4106:
		return "SQLITE_IOERR_CLOSE"
	case 4362:
		return "SQLITE_IOERR_DIR_CLOSE"
	case 4618:
		return "SQLITE_IOERR_SHMOPEN"
	case 4874:
		return "SQLITE_IOERR_SHMSIZE"
	case 5130:
		return "SQLITE_IOERR_SHMLOCK"
	case 5386:
		return "SQLITE_IOERR_SHMMAP"
	case 5642:
		return "SQLITE_IOERR_SEEK"
	case 5898:
		return "SQLITE_IOERR_DELETE_NOENT"
	case 6154:
		return "SQLITE_IOERR_MMAP"
	case 6410:
		return "SQLITE_IOERR_GETTEMPPATH"
	case 6666:
		return "SQLITE_IOERR_CONVPATH"
	case 6922:
		return "SQLITE_IOERR_VNODE"
	case 7178:
		return "SQLITE_IOERR_AUTH"
	case 7434:
		return "SQLITE_IOERR_BEGIN_ATOMIC"
	case 7690:
		return "SQLITE_IOERR_COMMIT_ATOMIC"
	case 7946:
		return "SQLITE_IOERR_ROLLBACK_ATOMIC"
	case 8202:
		return "SQLITE_IOERR_DATA"
	case 8458:
		return "SQLITE_IOERR_CORRUPTFS"
	case 8714:
		return "SQLITE_IOERR_IN_PAGE"
	case 8970:
		return "SQLITE_IOERR_BADKEY"
	case 9226:
		return "SQLITE_IOERR_CODEC"
	}
	return ""
}
