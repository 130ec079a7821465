import { QuireError } from '@quire/client';
import { FileX } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { AlertPage } from '../ui/AlertPage.tsx';
import { HomeLink } from './NotLoaded.tsx';

interface RefusedBoundaryState {
  readonly refusal: QuireError | null;
}

/** Says so where the address has what can be no document's name. Any other fault is one of the whole page. */
export class RefusedBoundary extends Component<{ readonly children: ReactNode }, RefusedBoundaryState> {
  override state: RefusedBoundaryState = { refusal: null };

  static getDerivedStateFromError(error: unknown): RefusedBoundaryState {
    if (error instanceof QuireError && error.code === 'bad-document-name') return { refusal: error };
    throw error;
  }

  override render(): ReactNode {
    if (this.state.refusal === null) return this.props.children;
    return (
      <AlertPage>
        <FileX aria-hidden />
        <h1>This document can’t be opened</h1>
        <p>{this.state.refusal.message}</p>
        <HomeLink />
      </AlertPage>
    );
  }
}
