"use strict";
/* SHA-256 (FIPS 180-4) over a stream of pieces; WebCrypto hashes only what is in memory whole. */
window.Sha256 = class {
  static constants() {
    const primes = [], roots = [], starts = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
    const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
    for (const p of primes) roots.push(fraction(Math.cbrt(p)));
    for (const p of primes.slice(0, 8)) starts.push(fraction(Math.sqrt(p)));
    return { roots: Int32Array.from(roots), starts: Int32Array.from(starts) };
  }
  constructor() {
    if (!Sha256.k) Sha256.k = Sha256.constants();
    this.state = Sha256.k.starts.slice();
    this.words = new Int32Array(64);
    this.block = new Uint8Array(64);
    this.held = 0;
    this.size = 0;
  }
  update(bytes) {
    this.size += bytes.length;
    let at = 0;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.block.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      this.compress(this.block, 0);
      this.held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.compress(bytes, at);
    this.block.set(bytes.subarray(at), 0);
    this.held = bytes.length - at;
    return this;
  }
  compress(b, at) {
    const w = this.words, k = Sha256.k.roots, s = this.state;
    for (let i = 0; i < 16; i++, at += 4) w[i] = (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, c, d, e, f, g, h, j] = s;
    for (let i = 0; i < 64; i++) {
      const s1 = ((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7));
      const t1 = (j + s1 + ((f & g) ^ (~f & h)) + k[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & c) ^ (a & d) ^ (c & d))) | 0;
      j = h; h = g; g = f; f = (e + t1) | 0; e = d; d = c; c = a; a = (t1 + t2) | 0;
    }
    [a, c, d, e, f, g, h, j].forEach((value, i) => { s[i] = (s[i] + value) | 0; });
  }
  digest() {
    const bits = this.size * 8;
    const tail = new Uint8Array(this.held < 56 ? 64 - this.held : 128 - this.held);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 0x100000000));
    view.setUint32(tail.length - 4, bits >>> 0);
    this.update(tail);
    const out = new Uint8Array(32), words = new DataView(out.buffer);
    this.state.forEach((value, i) => words.setInt32(i * 4, value));
    return out;
  }
};
