// Trains a session step by step and says each, until it is killed, at its last step too:
// node train-until-killed.mjs <folder> <session> <last step> [options]
import { open } from "forkpoint";

const [folder, name, last, options] = process.argv.slice(2);
const store = await open({ from: folder, keyframes: { minimumSteps: 20, share: 1 } });
const session = await store.session(name, options && JSON.parse(options));
const run = session.train({ to: Number(last) });
for (let step = session.step + 1; step <= Number(last); step++) {
  await run.until(step);
  console.log(step);
}
setInterval(() => {}, 1000);
