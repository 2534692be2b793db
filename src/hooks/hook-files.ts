/** A file's owner and permissions, links followed (stat(2)). */
export interface HookOwnership {
  readonly uid: number;
  readonly gid: number;
  /** The permission bits of st_mode. */
  readonly mode: number;
}

/** One name in a hook directory; for a link, what it points to. */
export interface HookFile extends HookOwnership {
  readonly path: string;
  /** The name in the directory, which run-parts' rule judges. */
  readonly name: string;
  /** `broken`: a link to nothing. */
  readonly type: "file" | "directory" | "other" | "broken";
  /** Bytes. */
  readonly size: number;
}

/** A directory such as /etc/ppp/ip-up.d. */
export interface HookDirectory extends HookOwnership {
  readonly path: string;
  /** In any order. */
  readonly files: readonly HookFile[];
}

/** All that `planHooks` must know of the file system. What does not exist is undefined. */
export interface HookFiles {
  /** Effective user id of the process that would run the scripts; 0 when pppd calls. */
  readonly runner: number;
  /** /etc/ppp/EVENT.local */
  readonly override: HookFile | undefined;
  /** /etc/ppp/EVENT.d */
  readonly directory: HookDirectory | undefined;
  /** /etc/ppp/EVENT.d/LINKNAME */
  readonly linkDirectory: HookDirectory | undefined;
}
