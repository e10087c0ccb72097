/** The edge between two layers of water: fills the width of its parent. */
export function Waves({ class: className }: { class: string }) {
  return (
    <svg
      class={className}
      viewBox="0 0 1440 80"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M0 34c120-34 240-34 360 0s240 34 360 0 240-34 360 0 240 34 360 0v46H0z" />
    </svg>
  )
}
