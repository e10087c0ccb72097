/** A sun going into the sea: warm above, cold below. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="12" r="8" class="logo-sun" />
      <path
        d="M2 16c3.5 0 3.5 2.6 7 2.6S12.500 16 16 16s3.500 2.600 7 2.600S26.500 16 30 16a14 14 0 0 1-28 0z"
        class="logo-sea"
      />
      <path
        d="M4.200 23.600c2.900.2 3.200 2.100 5.900 2.100 3 0 3-2.200 5.900-2.200s3 2.200 5.900 2.200c2.700 0 3-1.900 5.900-2.100A14 14 0 0 1 4.200 23.600z"
        class="logo-deep"
      />
    </svg>
  )
}
