// Trains one session and says each step, until it is killed: node train-until-killed.mjs <folder> <options>
import { open } from "forkpoint";

const [folder, options] = process.argv.slice(2);
const store = await open({ from: folder, keyframes: { minimumSteps: 20, share: 1 } });
const session = await store.session("killed", JSON.parse(options));
for await (const { step } of session.train({ to: 90 })) console.log(step);
