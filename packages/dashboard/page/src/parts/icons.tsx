import type { JSX } from 'preact'

const paths = {
  now: 'M3 12h4l3-7 4 14 3-7h4',
  why: 'M9.5 9a2.5 2.5 0 1 1 3.6 2.2c-.8.5-1.1 1-1.1 2M12 16.5v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  who: 'M15.5 15.5 21 21M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
  engagement: 'M4 20V10m5.3 10V4m5.4 16v-8M20 20V7',
  unknown: 'M4 5h16v11H9l-5 4V5Zm5 5.5h.1m2.9 0h.1m2.9 0h.1',
  report: 'M3.5 6.5h17v11h-17v-11Zm0 .5 8.5 6.5L20.5 7',
} as const

/** A small picture that says nothing that the text beside it does not say. */
export function Icon({ name }: { name: keyof typeof paths }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8">
      <path d={paths[name]} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}
