/** The frame of every page. */

import type { Metadata } from "next";
import type { ReactNode } from "react";
import "django-realtime-react/styles.css";
import { localeOf } from "./locale";
import "./site.css";

export const metadata: Metadata = { title: "Realtime · React" };

export default async function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang={await localeOf()}>
      <body>{children}</body>
    </html>
  );
}
