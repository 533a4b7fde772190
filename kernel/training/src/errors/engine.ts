import { TrainingError } from "./training-error.js";

const installAdvice: Record<string, string> = {
  download: "Check that pip reaches PyPI",
  unpack: "Check the free disk space (1 GB is needed)",
  compile: "Install g++ (Debian: apt-get install g++)",
};

/** The native backend could not be installed; training still works on WebAssembly. */
export class NativeInstallFailed extends TrainingError<{ step: string; output: string }> {
  constructor(step: string, output: string) {
    const advice = installAdvice[step] ?? "Read the output below";
    const tail = output.split("\n").slice(-6).join("\n");
    super(
      "NativeInstallFailed",
      `The native backend could not be installed (step: ${step}). ${advice} and run "npx forkpoint install" again; until then the slower WebAssembly backend is used.\n${tail}`,
      { step, output },
    );
  }
}

/** The backend asked for by FORKPOINT_BACKEND cannot run here. */
export class BackendUnavailable extends TrainingError<{ backend: string; reason: string }> {
  constructor(backend: string, reason: string) {
    super(
      "BackendUnavailable",
      `The backend "${backend}" cannot run here: ${reason} Unset FORKPOINT_BACKEND or run "npx forkpoint doctor".`,
      { backend, reason },
    );
  }
}

/** The engine worker ended while something was asked of it. */
export class EngineStopped extends TrainingError<{ reason: string }> {
  constructor(reason: string) {
    super(
      "EngineStopped",
      `The engine worker stopped (${reason}). Open the session again; it goes on from its last checkpoint.`,
      { reason },
    );
  }
}
