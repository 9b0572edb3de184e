// A file system in memory, with the interface that Go's runtime wants of node's fs. Bytes for standard output and error go to write(fd, bytes);
// reset() makes it as new.
"use strict";
function memfs(write) {
  const DIRECTORY = 0o040000, REGULAR = 0o100000, DEVICE = 0o020000;
  const flags = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_DIRECTORY: 65536 };
  const most = 128 << 20; // bytes that all files have together
  let root, used, nextInode, open, nextFile;

  const node = (mode, more) => ({ inode: nextInode++, mode, changed: Date.now(), ...more });
  const directory = (mode = 0o755) => node(DIRECTORY | mode & 0o755, { kids: new Map() });
  const regular = (mode) => node(REGULAR | mode, { data: new Uint8Array(0), size: 0 });
  const device = (read) => node(DEVICE | 0o666, { read });
  const fail = (code) => Object.assign(new Error(code), { code });

  const names = (path) => {
    const out = [];
    for (const name of (path.startsWith("/") ? path : "/work/" + path).split("/"))
      if (name === "..") out.pop(); else if (name && name !== ".") out.push(name);
    return out;
  };
  const find = (path) => {
    let n = root;
    for (const name of names(path)) {
      if (!n.kids) throw fail("ENOTDIR");
      n = n.kids.get(name);
      if (!n) throw fail("ENOENT");
    }
    return n;
  };
  const place = (path) => { // the directory that a path is in, and its name there
    const all = names(path), name = all.pop(), d = find("/" + all.join("/"));
    if (name === undefined) throw fail("EBUSY");
    if (!d.kids) throw fail("ENOTDIR");
    return [d, name];
  };
  const resize = (n, size) => {
    if (!n.data) throw fail("EINVAL");
    if (size > n.data.length) {
      const length = Math.max(size, Math.min(2 * n.data.length, n.data.length + (1 << 20)), 256);
      if (used + length - n.data.length > most) throw fail("ENOSPC");
      used += length - n.data.length;
      const data = new Uint8Array(length);
      data.set(n.data.subarray(0, n.size));
      n.data = data;
    }
    if (size > n.size) n.data.fill(0, n.size, size);
    n.size = size;
    n.changed = Date.now();
  };
  const drop = (n) => { // a file that has no name any more, though it may be open
    if (n?.data && ![...open.values()].some((f) => f.n === n)) used -= n.data.length;
    else if (n) n.gone = true;
  };
  const stat = (n) => ({
    dev: 1, ino: n.inode, mode: n.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size: n.size || 0, blksize: 4096, blocks: Math.ceil((n.size || 0) / 512),
    atimeMs: n.changed, mtimeMs: n.changed, ctimeMs: n.changed, isDirectory: () => !!n.kids,
  });
  const opened = (fd) => {
    const f = open.get(fd);
    if (!f) throw fail("EBADF");
    return f;
  };

  const calls = {
    open(path, how, mode) {
      let n;
      try {
        n = find(path);
        if (how & flags.O_CREAT && how & flags.O_EXCL) throw fail("EEXIST");
      } catch (e) {
        if (e.code !== "ENOENT" || !(how & flags.O_CREAT)) throw e;
        const [d, name] = place(path);
        if (path.endsWith("/")) throw fail("EISDIR");
        d.kids.set(name, n = regular(mode & 0o777));
      }
      if (n.kids && how & 3) throw fail("EISDIR");
      if (how & flags.O_DIRECTORY && !n.kids) throw fail("ENOTDIR");
      if (how & flags.O_TRUNC && n.data) resize(n, 0);
      open.set(nextFile, { n, at: 0, append: !!(how & flags.O_APPEND) });
      return nextFile++;
    },
    close(fd) {
      const { n } = opened(fd);
      open.delete(fd);
      if (n.gone) drop(n);
    },
    read(fd, buffer, offset, length, position) {
      const f = opened(fd);
      if (f.n.kids) throw fail("EISDIR");
      if (f.n.read) return f.n.read(buffer.subarray(offset, offset + length));
      const at = position === null ? f.at : position, n = Math.max(0, Math.min(length, f.n.size - at));
      buffer.set(f.n.data.subarray(at, at + n), offset);
      if (position === null) f.at += n;
      return n;
    },
    write(fd, buffer, offset, length, position) {
      if (fd === 1 || fd === 2) {
        write(fd, buffer.slice(offset, offset + length));
        return length;
      }
      const f = opened(fd);
      if (f.n.read) return length;
      const at = position !== null ? position : f.append ? f.n.size : f.at;
      resize(f.n, Math.max(f.n.size, at + length));
      f.n.data.set(buffer.subarray(offset, offset + length), at);
      if (position === null) f.at = at + length;
      return length;
    },
    stat: (path) => stat(find(path)),
    lstat: (path) => stat(find(path)),
    fstat: (fd) => fd < 3 ? stat(device(() => 0)) : stat(opened(fd).n),
    mkdir(path, mode) {
      const [d, name] = place(path);
      if (d.kids.has(name)) throw fail("EEXIST");
      d.kids.set(name, directory(mode));
      d.changed = Date.now();
    },
    readdir(path) {
      const n = find(path);
      if (!n.kids) throw fail("ENOTDIR");
      return [...n.kids.keys()].sort();
    },
    unlink(path) {
      const [d, name] = place(path), n = find(path);
      if (n.kids) throw fail("EISDIR");
      d.kids.delete(name);
      d.changed = Date.now();
      drop(n);
    },
    rmdir(path) {
      const [d, name] = place(path), n = find(path);
      if (!n.kids) throw fail("ENOTDIR");
      if (n.kids.size) throw fail("ENOTEMPTY");
      d.kids.delete(name);
      d.changed = Date.now();
    },
    rename(from, to) {
      const n = find(from), [a, was] = place(from), [b, name] = place(to), old = b.kids.get(name);
      if (old === n) return;
      if (n.kids && ("/" + names(to).join("/") + "/").startsWith("/" + names(from).join("/") + "/")) throw fail("EINVAL");
      if (old?.kids && !n.kids) throw fail("EISDIR");
      if (old && !old.kids && n.kids) throw fail("ENOTDIR");
      if (old?.kids?.size) throw fail("ENOTEMPTY");
      a.kids.delete(was);
      b.kids.set(name, n);
      drop(old);
    },
    truncate(path, size) { resize(find(path), size); },
    ftruncate(fd, size) { resize(opened(fd).n, size); },
    chmod(path, mode) { const n = find(path); n.mode = n.mode & ~0o777 | mode & 0o777; },
    fchmod(fd, mode) { const { n } = opened(fd); n.mode = n.mode & ~0o777 | mode & 0o777; },
    utimes(path, accessed, changed) { find(path).changed = changed * 1000; },
    fsync() {},
  };
  const fs = { constants: flags, writeSync: (fd, buffer) => calls.write(fd, buffer, 0, buffer.length, null) };
  for (const name of ["open", "close", "read", "write", "stat", "lstat", "fstat", "mkdir", "readdir", "unlink", "rmdir", "rename", "truncate", "ftruncate",
    "chmod", "fchmod", "fsync", "utimes", "chown", "fchown", "lchown", "link", "symlink", "readlink"]) {
    fs[name] = (...args) => {
      const done = args.pop();
      let value, failure = null;
      try {
        if (!calls[name]) throw fail("ENOSYS");
        value = calls[name](...args);
      } catch (e) {
        failure = e.code ? e : fail("EIO");
      }
      done(failure, value);
    };
  }
  fs.reset = () => {
    nextInode = 1;
    used = 0;
    nextFile = 10;
    open = new Map();
    root = directory();
    for (const path of ["/work", "/tmp", "/dev"]) calls.mkdir(path);
    const dev = find("/dev").kids, random = device((b) => {
      for (let i = 0; i < b.length; i += 65536) crypto.getRandomValues(b.subarray(i, i + 65536));
      return b.length;
    });
    dev.set("null", device(() => 0)).set("zero", device((b) => b.fill(0).length)).set("urandom", random).set("random", random);
  };
  fs.reset();
  return fs;
}
