export interface Surroundings {
  /** The folder that the CLIs are installed in. */
  clis: string
  /** Of this machine alone: every CLI keeps its sessions and its settings in it. */
  home: string
  /** The model server's. */
  modelUrl: string
}

/** One agent CLI: how it is run offline by a daemon, and where it keeps its sessions. */
export interface AgentCli {
  name: string
  /** Its package, whose pinned version is tested. */
  package: string
  provider: string
  /** Arguments of the daemon that make it run this CLI, whose tools need no permission. */
  daemonArgs(around: Surroundings): string[]
  environment(around: Surroundings): Record<string, string>
  /** Files that it is set up with, by their path in the home. */
  settings(around: Surroundings): Record<string, string>
  /** Paths in the home whose removal loses every session. */
  transcripts: string[]
}
