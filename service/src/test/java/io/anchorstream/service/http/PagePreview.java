package io.anchorstream.service.http;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;

/** Serves the page over test data, for working on its looks: run this class and edit {@code web/} beside it. */
public final class PagePreview {
    private PagePreview() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8099;
        boolean empty = args.length > 1 && args[1].equals("empty");
        PageFixture page = new PageFixture(Files.createTempDirectory("page-preview"), port);
        if (!empty) {
            page.feed(DrawnCatalogue.draw(150));
            page.teach(640);
            page.openRefresh(750);
            page.refuse("broken-1", "undecodable", 812);
            page.refuse("bomb", "too-many-pixels", 40_212);
            page.refuse("broken-2", "truncated", 9_000);
        }
        page.pipeline().start();
        System.out.println(page.address());
        new CountDownLatch(1).await();
    }
}
