import { setUp } from "./setup/all.mjs";

try {
  await setUp();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
