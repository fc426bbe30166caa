/** What a process has used since it began, all its threads. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssPeakBytes: number;
}

export function ownUsage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssPeakBytes: maxRSS * 1024 };
}
