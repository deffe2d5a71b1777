'use client'
import { useEffect, useState } from 'react'

/**
 * The time, renewed every `everyMs` while `running`. Zero until mounted, so that server and
 * browser render the same first.
 */
export function useNow(everyMs = 1000, running = true): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    setNow(Date.now())
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, running])
  return now
}
