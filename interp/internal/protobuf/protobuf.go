// Package protobuf appends fields of messages as protobuf encodes them (protobuf.dev/programming-guides/encoding), for formats of others that
// have few.
package protobuf

import "encoding/binary"

// Number appends a field that is a number.
func Number(b []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3), v)
}

// Bytes appends a field that is a text or a message.
func Bytes[T string | []byte](b []byte, field int, v T) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(field)<<3|2), uint64(len(v)))
	return append(b, v...)
}
