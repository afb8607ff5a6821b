package io.intramuros.web;

import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The container's own HTTP server with one servlet, on a port of its own. */
final class TestServer implements AutoCloseable {
    private final Undertow server;
    private final DeploymentManager deployment;

    TestServer(HttpServlet servlet) throws ServletException {
        DeploymentInfo application = Servlets.deployment()
                .setClassLoader(TestServer.class.getClassLoader())
                .setDeploymentName("test")
                .setContextPath("/")
                .addServlet(Servlets.servlet("test", servlet.getClass(), new ImmediateInstanceFactory<>(servlet))
                        .addMapping("/*")
                        .setAsyncSupported(true));
        deployment = Servlets.defaultContainer().addDeployment(application);
        deployment.deploy();
        server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(deployment.start())
                .build();
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listener().getPort() + "/");
    }

    /** A connection that has asked, for tests that read it slowly, badly or not at all. */
    Socket connection(int receiveBufferBytes) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBufferBytes);
        socket.connect(listener());
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Reads until this was seen, and tells all that was read. */
    static String readUntil(InputStream in, String end) throws IOException {
        StringBuilder seen = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        int from = 0;
        while (seen.indexOf(end, from) < 0) {
            from = Math.max(0, seen.length() - end.length());
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("The connection ended after: " + seen);
            }
            seen.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return seen.toString();
    }

    private InetSocketAddress listener() {
        return (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    }

    @Override
    public void close() throws ServletException {
        deployment.stop();
        server.stop();
    }
}
