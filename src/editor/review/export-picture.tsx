'use client'
/** The drawing as an image of its own: the theme's colours are put in, so it looks the same anywhere. */
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { GraphDocument } from '#graph/document.ts'
import { Picture } from './picture.tsx'
import { asXml } from './xml-text.ts'

const pngScale = 2
/** Browsers draw no canvas larger than this, on any side. */
const pngSideMax = 8000

export function drawingSvg(document: GraphDocument, label: string): string {
  const style = window.getComputedStyle(window.document.documentElement)
  const host = window.document.createElement('div')
  const root = createRoot(host)
  flushSync(() => root.render(<Picture document={document} label={label} />))
  const text = asXml(new XMLSerializer().serializeToString(host.firstElementChild!))
  root.unmount()
  return text.replace(/var\((--fw-[\w-]+)\)/g, (whole, name: string) => style.getPropertyValue(name).trim() || whole)
}

export async function drawingPng(document: GraphDocument, label: string): Promise<Blob> {
  const svg = drawingSvg(document, label)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.replace('>', `><style>${await embeddedFonts()}</style>`))}`
  await image.decode()
  const scale = Math.min(pngScale, pngSideMax / Math.max(image.width, image.height))
  const canvas = window.document.createElement('canvas')
  canvas.width = Math.ceil(image.width * scale)
  canvas.height = Math.ceil(image.height * scale)
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error('The browser could not draw the image.')) : resolve(blob)), 'image/png'))
}

/** The page's fonts as a style sheet that holds them: an image may load nothing. Without one that cannot be had, the system's font stands in. */
async function embeddedFonts(): Promise<string> {
  const rules = Array.from(window.document.styleSheets, (sheet) => Array.from(sheet.cssRules)).flat().filter((rule) => rule instanceof CSSFontFaceRule)
  const faces = await Promise.all(rules.map(async ({ style, parentStyleSheet }) => {
    const address = /url\("([^"]+)"\)/.exec(style.getPropertyValue('src'))?.[1]
    if (address === undefined) return ''
    const data = await fetch(new URL(address, parentStyleSheet?.href ?? window.location.href)).then(async (answer) => (answer.ok ? dataUrl(await answer.blob()) : null), () => null)
    return data === null ? '' : `@font-face{font-family:${style.getPropertyValue('font-family')};font-weight:${style.getPropertyValue('font-weight')};src:url(${data})}`
  }))
  return faces.join('')
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })
}

export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = window.document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
