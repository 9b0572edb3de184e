package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// put makes files; a name that ends in / is a folder.
func put(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(p, 0o755)
		} else {
			err = os.WriteFile(p, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tree is all that is in a folder, with contents, modes, times and where links lead.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		st, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(p)
			fmt.Fprintf(&b, "%s -> %s\n", rel, to)
			return err
		case d.IsDir():
			fmt.Fprintf(&b, "%s/ %o %d\n", rel, st.Mode().Perm(), st.ModTime().Unix())
		default:
			text, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %o %d %d %x\n", rel, st.Mode().Perm(), st.ModTime().Unix(), len(text), text[:min(len(text), 40)])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sample is a tree with most of what there is.
func sample(t testing.TB) string {
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"src/a.txt": "one\n", "src/empty": "", "src/sub/deep/b": strings.Repeat("data ", 50_000), "src/sub/none/": "", "src/ä ö.txt": "umlauts",
		"src/" + strings.Repeat("long/", 30) + strings.Repeat("n", 120): "a long name", "src/run": "#!/bin/sh\n",
	})
	for name, target := range map[string]string{"src/link": "sub/deep/b", "src/sub/up": "../a.txt", "src/broken": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]fs.FileMode{"src/run": 0o755, "src/a.txt": 0o640, "src/sub/none": 0o500} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	when := time.Unix(1_600_000_000, 0)
	for _, name := range []string{"src/a.txt", "src/sub/deep/b", "src/sub/none", "src/sub"} {
		if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tool runs a program of the system's; the test is skipped where it is not there.
func tool(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(args[0]); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// tools make and unpack archives of the folder src.
var tools = []struct {
	name       string
	make, back [][]string
}{
	{"a.tar", [][]string{{"tar", "cf", "a.tar", "src"}}, [][]string{{"tar", "xpf", "../a.tar"}}},
	{"pax.tar", [][]string{{"tar", "--format=pax", "-cf", "pax.tar", "src"}}, [][]string{{"tar", "xpf", "../pax.tar"}}},
	{"a.tar.gz", [][]string{{"tar", "czf", "a.tar.gz", "src"}}, [][]string{{"tar", "xpzf", "../a.tar.gz"}}},
	{"a.tgz", [][]string{{"tar", "cf", "a.tar", "src"}, {"gzip", "-9", "a.tar"}, {"mv", "a.tar.gz", "a.tgz"}}, [][]string{{"tar", "xpzf", "../a.tgz"}}},
	{"a.tar.zst", [][]string{{"tar", "cf", "a.tar", "src"}, {"zstd", "-q", "-19", "a.tar"}}, [][]string{{"zstd", "-q", "-d", "../a.tar.zst"}, {"tar", "xpf", "../a.tar"}}},
	{"a.tzst", [][]string{{"tar", "cf", "a.tar", "src"}, {"zstd", "-q", "--long=27", "a.tar", "-o", "a.tzst"}}, [][]string{{"zstd", "-q", "-d", "../a.tzst", "-o", "../a.tar"}, {"tar", "xpf", "../a.tar"}}},
	{"a.zip", [][]string{{"zip", "-q", "-r", "-y", "a.zip", "src"}}, [][]string{{"unzip", "-q", "../a.zip"}}},
}

// Archives of the system's tools are read, and ours are read by them: names, contents, modes, times and links are the same.
func TestTools(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the tools are those of Unix")
	}
	for _, tt := range tools {
		t.Run("theirs/"+tt.name, func(t *testing.T) {
			dir := sample(t)
			for _, args := range tt.make {
				tool(t, dir, args...)
			}
			rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
			rt.Check(`
				local list = archive.list("`+tt.name+`")
				local kinds = {}
				for _, m in ipairs(list) do kinds[m.type] = (kinds[m.type] or 0) + 1 end
				print(archive.extract("`+tt.name+`", "out") == #list, kinds.file, kinds.link, kinds.dir)`, "true\t6\t3\t34\n")
			if want, is := tree(t, filepath.Join(dir, "src")), tree(t, filepath.Join(dir, "out/src")); want != is {
				t.Errorf("extracted\n%s\nwant\n%s", is, want)
			}
		})
		t.Run("ours/"+tt.name, func(t *testing.T) {
			dir := sample(t)
			rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
			rt.Check(`print(archive.create("`+tt.name+`", { "src" }), #fs.list("."))`, "43\t2\n")
			put(t, dir, map[string]string{"out/": ""})
			for _, args := range tt.back {
				tool(t, filepath.Join(dir, "out"), args...)
			}
			if want, is := tree(t, filepath.Join(dir, "src")), tree(t, filepath.Join(dir, "out/src")); want != is {
				t.Errorf("extracted\n%s\nwant\n%s", is, want)
			}
		})
	}
}

// A file that gzip, bzip2 or zstd has packed is read by archive.open, and one that is not.
func TestOpenTools(t *testing.T) {
	for _, name := range []string{"gzip", "bzip2", "zstd"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{"f": strings.Repeat("a line of text\n", 100_000)})
			tool(t, dir, "sh", "-c", name+" -c f > packed && "+name+" -c f >> packed")
			rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
			rt.Check(`
				local n = 0
				for l in archive.open("packed"):lines() do assert(l == "a line of text") n = n + 1 end
				print(n, archive.open("f"):read("*a") == read("f"))
				write("cut", read("packed"):sub(1, -20))
				local ok, err = pcall(function() for l in archive.open("cut"):lines() do end end)
				print(ok, err.kind, err.path)`, "200000\ttrue\nfalse\tparse\tcut\n")
		})
	}
}

// tarOf is a tar of some headers; those of files have their name as contents.
func tarOf(t testing.TB, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		text := ""
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			h.Typeflag, text = tar.TypeReg, h.Name
			h.Size = int64(len(text))
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zipOf is a zip of names, whose contents are given.
func zipOf(t testing.TB, headers []zip.FileHeader, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, h := range headers {
		h.Method = zip.Deflate
		f, err := w.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(h.Name, "/") {
			continue
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// No archive makes or changes anything outside of the folder, nor a link in it that leads out, and the error says which member was refused.
func TestMalicious(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("makes links")
	}
	file := func(name string) tar.Header { return tar.Header{Name: name} }
	link := func(name, to string) tar.Header {
		return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}
	}
	hard := func(name, to string) tar.Header { return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeLink} }
	linkMode := zip.FileHeader{Name: "l", CreatorVersion: 3 << 8, ExternalAttrs: 0o120777 << 16}
	for _, tt := range []struct {
		name, data string
		zip        bool
		path       string // of the error; "": there is none
		words      string
	}{
		{name: "parent", data: tarOf(t, file("ok"), file("../evil")), path: "../evil", words: `".."`},
		{name: "parent within", data: tarOf(t, file("a/../../evil")), path: "a/../../evil", words: `".."`},
		{name: "absolute", data: tarOf(t, file("/tmp/evil")), path: "/tmp/evil", words: "absolute"},
		{name: "absolute folder", data: tarOf(t, tar.Header{Name: "/etc/", Typeflag: tar.TypeDir}), path: "/etc/", words: "absolute"},
		{name: "absolute link", data: tarOf(t, link("l", "/etc/passwd")), path: "l", words: "leads out"},
		{name: "link up", data: tarOf(t, link("l", "../secret"), file("l")), path: "l", words: "leads out"},
		{name: "link up from a folder", data: tarOf(t, link("a/b/l", "../../../secret")), path: "a/b/l", words: "leads out"},
		{name: "link up, in a folder that is a link", data: tarOf(t, link("a/b", ".."), link("a/b/l", "../secret")), path: "a/b/l", words: "leads out"},
		{name: "link to what becomes a link", data: tarOf(t, link("a/l", "x/../../secret"), link("a/x", "..")), path: "a/l", words: `".." behind a name`},
		{name: "hard link of a link", data: tarOf(t, link("a/b/l", "../../x"), hard("h", "a/b/l")), path: "h", words: "no regular file"},
		{name: "hard link out", data: tarOf(t, hard("h", "../secret")), path: "h", words: `".."`},
		{name: "hard link by a link that stood there", data: tarOf(t, hard("h", "out/secret")), path: "h", words: "leads out"},
		{name: "through a link that stood there", data: tarOf(t, file("out/evil")), path: "out/evil", words: "leads out"},
		{name: "through an absolute link that stood there", data: tarOf(t, file("abs/sub/evil")), path: "abs/sub/evil", words: "leads out"},
		{name: "folder through a link", data: tarOf(t, tar.Header{Name: "out/evil", Typeflag: tar.TypeDir, Mode: 0o777}), path: "out/evil", words: "leads out"},
		{name: "link through a link", data: tarOf(t, link("out/l", "x")), path: "out/l", words: "leads out"},
		{name: "in the place of a link", data: tarOf(t, file("file"))}, // the link is replaced, and not written through
		{name: "within", data: tarOf(t, link("a/l", "../b"), file("b/c"), file("a/l/d"), hard("e", "a/l/d"))},
		{name: "device", data: tarOf(t, tar.Header{Name: "dev", Typeflag: tar.TypeBlock, Devmajor: 8}), path: "dev", words: "a device"},
		{name: "FIFO", data: tarOf(t, tar.Header{Name: "fifo", Typeflag: tar.TypeFifo}), path: "fifo", words: "a FIFO"},
		{name: "set-id", data: tarOf(t, tar.Header{Name: "suid", Mode: 0o6755, Uid: 1, Gid: 1}, tar.Header{Name: "dir", Typeflag: tar.TypeDir, Mode: 0o7755})},
		{name: "zip parent", zip: true, data: zipOf(t, []zip.FileHeader{{Name: "../evil"}}, "x"), path: "../evil", words: `".."`},
		{name: "zip absolute", zip: true, data: zipOf(t, []zip.FileHeader{{Name: "/evil"}}, "x"), path: "/evil", words: "absolute"},
		{name: "zip of Windows", zip: true, data: zipOf(t, []zip.FileHeader{{Name: `..\evil`}}, "x"), path: "../evil", words: `".."`},
		{name: "zip link", zip: true, data: zipOf(t, []zip.FileHeader{linkMode}, "../secret"), path: "l", words: "leads out"},
		{name: "zip device", zip: true, data: zipOf(t, []zip.FileHeader{{Name: "d", CreatorVersion: 3 << 8, ExternalAttrs: 0o060666 << 16}}, ""), path: "d", words: "a device"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{"secret": "secret", "in/real/x": ""})
			for name, to := range map[string]string{"in/out": "..", "in/abs": dir, "in/file": "../secret"} {
				if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			name := "a.tar"
			if tt.zip {
				name = "a.zip"
			}
			put(t, dir, map[string]string{name: tt.data})
			stood := map[string]bool{"in/out": true, "in/abs": true, "in/file": true}
			rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
			_, err := rt.Run(`archive.extract(..., "in")`, name)
			e := (*interp.Error)(nil)
			switch {
			case tt.path == "" && err != nil:
				t.Error(err)
			case tt.path != "" && (!errors.As(err, &e) || e.Kind != interp.KindDenied || e.Field("path") != tt.path || !strings.Contains(e.Msg, tt.path) || !strings.Contains(e.Msg, tt.words)):
				t.Errorf("error %v", err)
			}
			if text, err := os.ReadFile(filepath.Join(dir, "secret")); err != nil || string(text) != "secret" {
				t.Errorf("the secret is %q, %v", text, err)
			}
			all, err := os.ReadDir(dir)
			if err != nil || len(all) != 3 {
				t.Errorf("outside is %v, %v", all, err)
			}
			err = filepath.WalkDir(filepath.Join(dir, "in"), func(p string, d fs.DirEntry, err error) error {
				rel, _ := filepath.Rel(dir, p)
				st, serr := os.Lstat(p)
				if err != nil || serr != nil {
					return errors.Join(err, serr)
				}
				if st.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky|fs.ModeDevice|fs.ModeNamedPipe) != 0 {
					t.Errorf("%s has the mode %v", rel, st.Mode())
				}
				if d.Type()&fs.ModeSymlink != 0 && !stood[rel] {
					to, err := filepath.EvalSymlinks(p)
					if err == nil && !strings.HasPrefix(to, filepath.Join(dir, "in")) {
						t.Errorf("%s leads to %s", rel, to)
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// Archives that unpack to far more than they are, or have too many members, end at the bounds, and what is named is the member.
func TestArchiveBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 50<<20)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "zeros", Size: int64(len(zeros)), Mode: 0o600}), func() error { _, err := w.Write([]byte(zeros)); return err }(), w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	var frames bytes.Buffer
	e, err := zstd.NewWriter(&frames)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(func() error { _, err := e.Write([]byte(zeros)); return err }(), e.Close()); err != nil {
		t.Fatal(err)
	}
	many := make([]tar.Header, 500)
	names := make([]zip.FileHeader, 500)
	for i := range many {
		many[i].Name, names[i].Name = fmt.Sprint("m", i), fmt.Sprint("m", i)
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.tgz": b.String(), "zeros.tzst": frames.String(), "a.zip": zipOf(t, []zip.FileHeader{{Name: "zeros"}}, zeros), "many.tar": tarOf(t, many...), "many.zip": zipOf(t, names, "")})
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		local function try(fn, ...)
			local ok, err = pcall(fn, ...)
			print(ok, not ok and err.kind, not ok and err.message)
		end
		for _, name in ipairs { "a.tgz", "a.zip" } do
			try(archive.extract, name, "out", { max_size = 1e6 })
			print(fs.exists("out/zeros"))
		end
		try(archive.list, "a.tgz", { max_size = 1e6, max_files = 10 })
		try(archive.list, "zeros.tzst")
		try(archive.extract, "many.tar", "out", { max_files = 100 })
		try(archive.extract, "many.zip", "out", { max_files = 100 })
		try(archive.list, "many.zip", { max_files = 1 })
		print(archive.extract("many.zip", "out", { max_files = math.huge, max_size = math.huge }), #fs.list("out"))`,
		`false	limit	archive.extract: a.tgz: zeros: more than 1000000 bytes; max_size sets another bound
false
false	limit	archive.extract: a.zip: zeros: more than 1000000 bytes; max_size sets another bound
false
false	limit	archive.list: a.tgz: zeros: more than 1000000 bytes; max_size sets another bound
true	false	false
false	limit	archive.extract: many.tar: m100: more than 100 members; max_files sets another bound
false	limit	archive.extract: many.zip: m100: more than 100 members; max_files sets another bound
false	limit	archive.list: many.zip: m1: more than 1 members; max_files sets another bound
500	500
`)
}

// Names of a zip are UTF-8 if they can be, else those of code page 437.
func TestZipNames(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.zip": zipOf(t, []zip.FileHeader{{Name: "ä", NonUTF8: false}, {Name: "\x84.txt", NonUTF8: true}, {Name: `dir\file`}}, "x")})
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		for _, m in ipairs(archive.list("a.zip")) do print(m.name) end
		archive.extract("a.zip", "out")
		print(fs.exists("out/ä"), fs.exists("out/ä.txt"), fs.exists("out/dir/file"))`, "ä\nä.txt\ndir/file\nfile\tfile\tfile\n")
}

// Every byte is a character of code page 437; these are those from 0x80 on, as unicode.org's CP437.TXT has them.
func TestCodePage437(t *testing.T) {
	const upper = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"
	var name []byte
	for b := 0x80; b <= 0xff; b++ {
		name = append(name, byte(b))
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.zip": zipOf(t, []zip.FileHeader{{Name: string(name), NonUTF8: true}}, "x")})
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`print(archive.list("a.zip")[1].name)`, upper+"\n")
}

// In a tree of a host's, archives are read and made in it; in one that can only be read, they are read.
func TestTrees(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"tree/src/a": "one", "secret": "x"})
	root, err := os.OpenRoot(filepath.Join(dir, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	interptest.New(t, builtins.Safe(), interp.WithRoot(root)).Check(`
		print(archive.create("a.tar.zst", { "src" }), archive.extract("a.tar.zst", "deep/out"), archive.open("deep/out/src/a"):read("*a"))
		for _, args in ipairs { { "list", "../a.tar" }, { "create", "../a.tar", {} }, { "create", "b.tar", { x = "../secret" } }, { "extract", "a.tar.zst", "../out" }, { "open", "../secret" } } do
			local ok, err = pcall(archive[args[1]], args[2], args[3])
			print(ok, err.kind)
		end`, "2\t2\tone\nfalse\tdenied\nfalse\tdenied\nfalse\tdenied\nfalse\tdenied\nfalse\tdenied\n")
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != 2 {
		t.Errorf("outside is %v, %v", all, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "tree/a.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	only := fstest.MapFS{"a.tzst": {Data: data}, "a.zip": {Data: []byte(zipOf(t, []zip.FileHeader{{Name: "z"}}, "zip"))}}
	interptest.New(t, builtins.Safe(), interp.WithFS(only)).Check(`
		print(archive.list("a.tzst")[2].name, archive.list("a.zip")[1].name, #archive.open("a.tzst"):read("*a"))
		for _, args in ipairs { { "create", "b.tar", { "a.zip" } }, { "extract", "a.zip", "out" } } do
			local ok, err = pcall(archive[args[1]], args[2], args[3])
			print(ok, err.code)
		end`, "src/a\tz\t2560\nfalse\tEROFS\nfalse\tEROFS\n")
	interptest.New(t, builtins.Safe()).Check(`print(archive.open, archive.create, archive.extract, archive.list, archive.gunzip(archive.gzip("x")))`, "nil\tnil\tnil\tnil\tx\n")
}

// Arbitrary bytes are listed and extracted, or an error; nothing is outside of the folder.
func FuzzArchive(f *testing.F) {
	link := tar.Header{Name: "l", Linkname: "a", Typeflag: tar.TypeSymlink}
	f.Add(tarOf(f, tar.Header{Name: "a"}, link, tar.Header{Name: "../x"}))
	f.Add(packed(f, tarOf(f, tar.Header{Name: "a/b"})))
	f.Add(zipOf(f, []zip.FileHeader{{Name: "a"}, {Name: "d/"}, {Name: "d/l", CreatorVersion: 3 << 8, ExternalAttrs: 0o120777 << 16}}, "a"))
	f.Add("\x28\xb5\x2f\xfd")
	f.Add("")
	dir := f.TempDir()
	rt := interptest.New(f, builtins.Std(), interp.WithDir(dir))
	if _, err := rt.Run(`
		local kinds = { parse = true, denied = true, limit = true, io = true }
		local opts = { max_size = 1e6, max_files = 100 }
		function try(data)
			for _, ending in ipairs { "tar", "tgz", "tzst", "zip" } do
				local name = "a." .. ending
				write(name, data)
				for _, args in ipairs { { archive.list, name, opts }, { archive.extract, name, "in/deep", opts } } do
					local ok, err = pcall(args[1], args[2], args[3], args[4])
					if not ok and (not kinds[err.kind] or not err.message:find(name, 1, true)) then return tostring(err) end
				end
				fs.remove(name)
				fs.remove("in", { recursive = true })
				if #fs.list(".") ~= 0 then return "something is outside: " .. fs.list(".")[1] end
			end
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data string) {
		vals, err := rt.Call(t.Context(), "try", data)
		if err != nil || !vals.Get(1).IsNil() {
			t.Fatalf("%q: %v %v", data, vals.Get(1), err)
		}
	})
}

// Names that are no UTF-8 go through a tar as they are, with tar's own as well; a zip cannot have them, and says so.
func TestAnyBytes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names are text elsewhere")
	}
	dir := t.TempDir()
	name := "\xff\xfe \n'\"$(x)*é"
	put(t, dir, map[string]string{"src/" + name: "text", "src/d" + name + "/f": "deep"})
	if err := os.Symlink(name, filepath.Join(dir, "src", "l")); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	tool(t, dir, "tar", "-cf", "theirs.tar", "src")
	put(t, dir, map[string]string{"back/": ""})
	rt.Check(`
		archive.create("ours.tar.gz", { "src" })
		archive.extract("ours.tar.gz", "ours")
		archive.extract("theirs.tar", "theirs")
		local ok, err = pcall(archive.create, "ours.zip", { "src" })
		print(ok, err.kind, err.message:match("the name is no UTF%-8"), fs.exists("ours.zip"))`, "false\tio\tthe name is no UTF-8\tfalse\n")
	tool(t, filepath.Join(dir, "back"), "tar", "-xzf", "../ours.tar.gz")
	want := tree(t, filepath.Join(dir, "src"))
	for _, out := range []string{"ours", "theirs", "back"} {
		if is := tree(t, filepath.Join(dir, out, "src")); is != want {
			t.Errorf("%s has\n%s\nwant\n%s", out, is, want)
		}
	}
}
