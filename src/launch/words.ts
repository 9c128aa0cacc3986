/** Words of a supervisor's messages. */

/** 1500 → `1.5 s` */
export function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`
}
