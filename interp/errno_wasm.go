package interp

import (
	"strings"
	"syscall"
)

// errnoName is the symbolic name of an error number.
func errnoName(no syscall.Errno) string { return errnoNames[no] }

// errnoNames are those that files and the like have; it is not written to.
var errnoNames = map[syscall.Errno]string{
	syscall.E2BIG:        "E2BIG",
	syscall.EACCES:       "EACCES",
	syscall.EAGAIN:       "EAGAIN",
	syscall.EBADF:        "EBADF",
	syscall.EBUSY:        "EBUSY",
	syscall.ECANCELED:    "ECANCELED",
	syscall.ECONNABORTED: "ECONNABORTED",
	syscall.ECONNREFUSED: "ECONNREFUSED",
	syscall.ECONNRESET:   "ECONNRESET",
	syscall.EDEADLK:      "EDEADLK",
	syscall.EDOM:         "EDOM",
	syscall.EDQUOT:       "EDQUOT",
	syscall.EEXIST:       "EEXIST",
	syscall.EFAULT:       "EFAULT",
	syscall.EFBIG:        "EFBIG",
	syscall.EINTR:        "EINTR",
	syscall.EINVAL:       "EINVAL",
	syscall.EIO:          "EIO",
	syscall.EISDIR:       "EISDIR",
	syscall.ELOOP:        "ELOOP",
	syscall.EMFILE:       "EMFILE",
	syscall.EMLINK:       "EMLINK",
	syscall.ENAMETOOLONG: "ENAMETOOLONG",
	syscall.ENFILE:       "ENFILE",
	syscall.ENODEV:       "ENODEV",
	syscall.ENOENT:       "ENOENT",
	syscall.ENOEXEC:      "ENOEXEC",
	syscall.ENOLCK:       "ENOLCK",
	syscall.ENOMEM:       "ENOMEM",
	syscall.ENOSPC:       "ENOSPC",
	syscall.ENOSYS:       "ENOSYS",
	syscall.ENOTCONN:     "ENOTCONN",
	syscall.ENOTDIR:      "ENOTDIR",
	syscall.ENOTEMPTY:    "ENOTEMPTY",
	syscall.ENOTSOCK:     "ENOTSOCK",
	syscall.ENOTSUP:      "ENOTSUP",
	syscall.ENOTTY:       "ENOTTY",
	syscall.ENXIO:        "ENXIO",
	syscall.EOVERFLOW:    "EOVERFLOW",
	syscall.EPERM:        "EPERM",
	syscall.EPIPE:        "EPIPE",
	syscall.ERANGE:       "ERANGE",
	syscall.EROFS:        "EROFS",
	syscall.ESPIPE:       "ESPIPE",
	syscall.ESRCH:        "ESRCH",
	syscall.ETIMEDOUT:    "ETIMEDOUT",
	syscall.EXDEV:        "EXDEV",
}

// errnoText is what an error number says, in lower case as on every Unix: package syscall has C's capitals here.
func errnoText(no syscall.Errno) string {
	s := no.Error()
	return strings.ToLower(s[:1]) + s[1:]
}
