// What goes wrong while one page is drawn takes down that page, not the bar nor the others.
import { Component, type ComponentChildren, type JSX } from "preact";

interface Props {
  at: string; // the address: at another one it is tried anew
  children: ComponentChildren;
}
interface State {
  error: string | null;
  at: string;
}

export class Boundary extends Component<Props, State> {
  override state: State = { error: null, at: this.props.at };

  static override getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error.message : String(error) };
  }
  static override getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.at === state.at ? null : { error: null, at: props.at };
  }

  override render(): JSX.Element {
    const { error } = this.state;
    if (error === null) return <>{this.props.children}</>;
    return (
      <p class="failure" role="alert">
        This page could not be drawn: {error}. The others may be; this is a fault of pardon’s, and worth a report.
      </p>
    );
  }
}
