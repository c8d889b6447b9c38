/** The frame of every page. */

import type { Metadata } from "next";
import type { ReactNode } from "react";
import "django-realtime-react/styles.css";
import "./site.css";

export const metadata: Metadata = { title: "Realtime · React" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
