// Going back in time: what keyframes cost while training, what they take on disk, how long it takes to
// stand at a random step of the past, and what copies of the state cost at two sizes. An argument,
// "overhead", "rewinds" or "copies", chooses one part.
import { copies } from "./travel/copies.mjs";
import { overhead } from "./travel/overhead.mjs";
import { rewinds } from "./travel/rewinds.mjs";

const parts = { overhead, rewinds, copies };
const asked = process.argv[2];
for (const [name, part] of Object.entries(parts)) if (!asked || asked === name) await part();
process.exit(0);
