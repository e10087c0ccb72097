import { useEffect, useState } from 'preact/hooks'
import { panelOpen } from '../data/panel.ts'
import { showToast } from '../data/toasts.ts'

/** Shows Thermocline's panel once it is asked for; its code is loaded then. */
export function PanelHost() {
  const open = panelOpen.value
  const [defined, setDefined] = useState(false)
  useEffect(() => {
    if (!open || defined) return
    import('thermocline/client').then(
      ({ definePanel }) => {
        definePanel()
        setDefined(true)
      },
      () => {
        panelOpen.value = false
        showToast('The cache trace could not be loaded. Please try again.', 'problem')
      },
    )
  }, [open, defined])
  if (!defined) return null
  return (
    <thermocline-panel
      open={open}
      onClose={() => {
        panelOpen.value = false
      }}
    />
  )
}
