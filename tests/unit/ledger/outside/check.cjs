// Checks proofs of a log with npm @sigstore/verify: reads JSON, prints `ok` or why not.
const { createPublicKey } = require("node:crypto");
const { verifyTLogInclusion } = require("@sigstore/verify/dist/tlog");

const job = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const publicKey = createPublicKey({
  key: Buffer.from(job.spki, "base64"),
  format: "der",
  type: "spki",
});
const log = {
  logID: Buffer.from(job.keyHash, "hex"),
  baseURL: job.origin,
  publicKey,
  validFor: { start: new Date(0), end: new Date(8e15) },
};
try {
  for (const one of job.proofs) {
    verifyTLogInclusion(
      {
        canonicalizedBody: Buffer.from(one.body, "base64"),
        inclusionProof: {
          logIndex: String(one.index),
          hashes: one.hashes.map((hash) => Buffer.from(hash, "base64")),
          checkpoint: { envelope: one.note },
        },
      },
      [log],
    );
  }
  console.log(`ok ${job.proofs.length}`);
} catch (error) {
  console.log(`refused ${error.message}`);
  process.exitCode = 1;
}
