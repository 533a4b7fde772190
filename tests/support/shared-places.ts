import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { makeReport } from "../report/example-report.js";
import { startServer } from "./lab.js";
import type { Lab } from "./lab.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Where test files ask for what they share. */
    shared: string;
  }
}

/**
 * What the test files of a run share: one JupyterLab and one report, each made when a file first
 * asks for it. A server's start and a report take seconds of both cores, ten files need them.
 */
export default async function share(project: TestProject): Promise<() => Promise<void>> {
  let lab: Promise<Lab> | undefined;
  let report: Promise<string> | undefined;
  const makers: Record<string, () => Promise<string>> = {
    "/lab": async () => (await (lab ??= startServer())).address,
    "/report": () => (report ??= makeReport()),
  };
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): unknown => response.writeHead(status).end(text);
    void makers[request.url!]!().then(
      (place) => answer(200, place),
      (error: Error) => answer(500, error.message),
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  project.provide("shared", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    await (await lab)?.stop();
  };
}
