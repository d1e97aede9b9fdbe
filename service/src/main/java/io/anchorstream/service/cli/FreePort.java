package io.anchorstream.service.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Asks for a port before half a minute of starting is spent on it. */
final class FreePort {
    private FreePort() {}

    static void require(int port, String option) {
        if (port < 0 || port > 65_535) {
            throw new Refusal(option + " is a port from 0 (any free one) to 65535, not " + port);
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new Refusal("port " + port + " is taken (" + e.getMessage()
                    + "); stop what uses it, or choose another: " + option + " " + (port >= 65_535 ? 8081 : port + 1));
        }
    }
}
