// Stands in for the `age` program where it is too old for post-quantum identities.
// node age.mjs -d -i KEYFILE [FILE]    opens FILE or standard input
// node age.mjs -r RECIPIENT            seals standard input
// node age.mjs -y KEYFILE              prints the recipient of an identity
import { webcrypto } from "node:crypto";
import fs from "node:fs";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

globalThis.crypto ??= webcrypto; // Node 18 has none of its own

const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const say = (bytes) => new Promise((done) => process.stdout.write(bytes, done));

if (args[0] === "-y") {
  await say(await identityToRecipient(fs.readFileSync(args[1], "utf8").trim()));
} else if (args.includes("-d")) {
  const opener = new Decrypter();
  for (const line of fs.readFileSync(option("-i"), "utf8").split("\n")) {
    if (line.startsWith("AGE-SECRET-KEY-")) opener.addIdentity(line.trim());
  }
  const file = args.length > 3 ? args[3] : 0;
  await say(await opener.decrypt(fs.readFileSync(file)));
} else {
  const sealer = new Encrypter();
  sealer.addRecipient(option("-r"));
  await say(await sealer.encrypt(fs.readFileSync(0)));
}
