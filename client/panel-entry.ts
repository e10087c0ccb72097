// dist/panel.js: the panel, for pages that no bundler makes.
export { definePanel } from './panel-element.ts'
