import { readFileSync, realpathSync } from "node:fs";

const NETWORK = new Set([
  "nfs",
  "nfs4",
  "cifs",
  "smb3",
  "smbfs",
  "ncpfs",
  "afs",
  "ceph",
  "lustre",
  "gpfs",
  "davfs",
  "fuse.sshfs",
  "fuse.s3fs",
  "fuse.rclone",
  "fuse.gcsfuse",
  "fuse.davfs2",
  "fuse.glusterfs",
]);

/**
 * The type of the network file system that holds a path, or null for a local one.
 *
 * @param path an absolute path without links
 * @param mounts the text of Linux's /proc/self/mountinfo
 * @example networkFileSystem("/mnt/team/x", "36 25 0:32 / /mnt/team rw - nfs4 host:/team rw") // "nfs4"
 */
export function networkFileSystem(path: string, mounts: string): string | null {
  let best = { point: "", type: "", options: "" };
  for (const line of mounts.split("\n")) {
    const [left, right] = line.split(" - ");
    const point = left
      ?.split(" ")[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const [type, , options] = right?.split(" ") ?? [];
    if (point === undefined || type === undefined) continue;
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    // A later line over the same point hides the earlier one.
    if (holds && point.length >= best.point.length) best = { point, type, options: options ?? "" };
  }
  // 9p is the root of some sandboxes, where it is safe; under WSL it is a Windows drive, where not.
  if (best.type === "9p" && best.options.includes("aname=drvfs")) return "drvfs";
  return NETWORK.has(best.type) ? best.type : null;
}

/**
 * As networkFileSystem, asking this machine. Where the system has no mount table to read, null.
 *
 * @throws the system's error when the path is not there
 * @example networkFileSystemOf("/home/ada/sonnets")
 */
export function networkFileSystemOf(path: string): string | null {
  if (process.platform !== "linux") return null;
  return networkFileSystem(realpathSync(path), readFileSync("/proc/self/mountinfo", "utf8"));
}
