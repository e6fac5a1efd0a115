/** A span of time that counts are added up by. */
export interface Resolution {
  /** ms. */
  width: number
  /** How long a bucket is remembered after it, ms. */
  keepMs: number
}

/** The three widths: what is called a minute, an hour and a day, by the length of the first in seconds. */
export interface Resolutions {
  minute: Resolution
  hour: Resolution
  day: Resolution
}

/** Minutes are kept for 2 hours, hours for 9 days, days for 90. */
export function resolutionsOf(bucketSeconds: number): Resolutions {
  const minute = bucketSeconds * 1000
  const hour = minute * 60
  const day = hour * 24
  return {
    minute: { width: minute, keepMs: 2 * hour },
    hour: { width: hour, keepMs: 9 * day },
    day: { width: day, keepMs: 91 * day },
  }
}

/** Which bucket a time falls into. */
export function bucketOf(time: number, { width }: Resolution): number {
  return Math.floor(time / width)
}

/** So many buckets up to the last one, oldest first. */
export function lastBuckets(last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => last - count + 1 + index)
}

/**
 * The ledger's group for one bucket of a series. `all` is all mail, `d/<domain>` that of one sending domain, `f/<domain>/<stream>/<submitter>` that of
 * one From domain, `domains`
 * the domains themselves, `readers` what readers did.
 */
export function groupOf(series: string, bucket: number, { width }: Resolution): string {
  return `rates/${width}/${bucket}/${series}`
}
