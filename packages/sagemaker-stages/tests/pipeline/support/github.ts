import http from "node:http";
import type { AddressInfo } from "node:net";

/** A comment on a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

/** An issue, or a pull request in the list of issues. */
export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly user: { readonly login: string };
  readonly pull_request?: object;
}

/** A pull request: the properties that the pipelines read. */
export interface PullRequest {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string;
  readonly head: { readonly sha: string; readonly ref: string };
  readonly base: { readonly ref: string };
}

/** A run of a workflow. */
export interface Run {
  readonly id: number;
  readonly path: string;
  readonly event: string;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly conclusion: string;
  readonly created_at: string;
  /** The start of the last attempt. */
  readonly run_started_at: string;
  readonly head_repository: { readonly full_name: string };
}

/** An uploaded artifact. */
export interface Artifact {
  readonly name: string;
  readonly expired: boolean;
}

/** The content of a repository. */
export interface Repository {
  /** The last commit of main. */
  main: string;
  comments: Comment[];
  /** The labels of each pull request. */
  labels: string[];
  issues: Issue[];
  /** Whether issues are enabled in the settings. */
  hasIssues: boolean;
  pullRequests: PullRequest[];
  runs: Run[];
  artifacts: ReadonlyMap<number, readonly Artifact[]>;
}

/** The emulated repository, and the token that gives access to it. */
export const REPOSITORY = "octo-org/stages";
export const TOKEN = "token-of-the-job";

/** GitHub's limit for the items on a page. */
const MAX_PAGE_SIZE = 100;

/** An emulator of the part of GitHub's REST API that the pipelines call, with one repository. */
export class GitHub {
  readonly content: Repository = {
    main: "",
    comments: [],
    labels: [],
    issues: [],
    hasIssues: true,
    pullRequests: [],
    runs: [],
    artifacts: new Map(),
  };
  /** The requests other than GET. */
  readonly changes: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const isOpen = request.headers.authorization === `token ${TOKEN}`;
      const url = new URL(request.url ?? "", this.url);
      const answer = isOpen ? this.answer(request.method ?? "", url, body) : undefined;
      const isGone = !this.content.hasIssues && url.pathname.includes("/issues");
      response.writeHead(isGone ? 410 : answer === undefined ? 404 : 200, {
        "Content-Type": "application/json",
        ...(answer?.link === undefined ? {} : { Link: answer.link }),
      });
      response.end(JSON.stringify(answer?.json ?? { message: "Not Found" }));
    });
  });

  static async start(): Promise<GitHub> {
    const github = new GitHub();
    await new Promise<void>((resolve) => github.server.listen(0, "127.0.0.1", resolve));
    return github;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(method: string, url: URL, body: string): { json: unknown; link?: string } | undefined {
    const [, path = ""] = decodeURIComponent(url.pathname).split(`/repos/${REPOSITORY}`);
    const { searchParams: query } = url;
    const [first, second, third, fourth] = path.split("/").slice(1);
    if (method !== "GET") this.changes.push(`${method} ${path}`);
    if (first === "commits" && third === "pulls") {
      return { json: this.content.pullRequests.filter((pull) => pull.merge_commit_sha === second) };
    }
    if (path === "/git/ref/heads/main") return { json: { object: { sha: this.content.main } } };
    if (path === "/pulls" && query.get("state") === "all") {
      const ofBranch = ({ head }: PullRequest) => `octo-org:${head.ref}` === query.get("head");
      return { json: this.content.pullRequests.filter(ofBranch) };
    }
    if (path === "/actions/workflows/plan.yml/runs") {
      const runs = this.content.runs.filter(
        (run) =>
          run.head_sha === query.get("head_sha") &&
          run.event === query.get("event") &&
          run.conclusion === query.get("status"),
      );
      return { json: { total_count: runs.length, workflow_runs: runs } };
    }
    if (second === "runs" && fourth === undefined) {
      const run = this.content.runs.find(({ id }) => String(id) === third);
      return run && { json: run };
    }
    if (second === "runs" && fourth === "artifacts") {
      const artifacts = this.content.artifacts.get(Number(third)) ?? [];
      return { json: { total_count: artifacts.length, artifacts } };
    }
    if (path === "/issues" && method === "GET") {
      return { json: this.content.issues.filter(({ state }) => state === query.get("state")) };
    }
    if (path === "/issues") {
      const { title, body: text } = JSON.parse(body) as Pick<Issue, "title" | "body">;
      const number = this.content.issues.length + 1;
      const issue: Issue = {
        number,
        title,
        body: text,
        state: "open",
        user: { login: "github-actions[bot]" },
      };
      this.content.issues.push(issue);
      return { json: issue };
    }
    if (first === "issues" && third === undefined && method === "PATCH") {
      const update = JSON.parse(body) as Partial<Issue>;
      this.content.issues = this.content.issues.map((issue) =>
        String(issue.number) === second ? { ...issue, ...update } : issue,
      );
      return { json: {} };
    }
    if (first === "issues" && third === "labels" && method === "GET") {
      return { json: this.content.labels.map((name) => ({ name })) };
    }
    if (first === "issues" && third === "comments" && method === "GET") return this.page(url);
    if (first === "issues" && third === "comments") {
      const comment = {
        id: this.content.comments.length + 1,
        ...(JSON.parse(body) as { body: string }),
        user: { login: "github-actions[bot]" },
      };
      this.content.comments.push(comment);
      return { json: comment };
    }
    if (second === "comments" && method === "PATCH") {
      const update = JSON.parse(body) as { body: string };
      this.content.comments = this.content.comments.map((comment) =>
        String(comment.id) === third ? { ...comment, ...update } : comment,
      );
      return { json: {} };
    }
    return undefined;
  }

  private page(url: URL): { json: unknown; link?: string } {
    const page = Number(url.searchParams.get("page") ?? "1");
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    const { comments } = this.content;
    return {
      json: comments.slice((page - 1) * MAX_PAGE_SIZE, page * MAX_PAGE_SIZE),
      ...(comments.length > page * MAX_PAGE_SIZE ? { link: `<${next.href}>; rel="next"` } : {}),
    };
  }
}
