package io.anchorstream.service.fetch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs tasks on an executor, at most so many at once for one host; the others of that host wait without a thread. */
final class HostLanes {
    private final Executor executor;
    private final int perHost;
    private final Map<String, Lane> lanes = new HashMap<>();

    private static final class Lane {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    HostLanes(Executor executor, int perHost) {
        this.executor = executor;
        this.perHost = perHost;
    }

    void run(String host, Runnable task) {
        synchronized (lanes) {
            Lane lane = lanes.computeIfAbsent(host, name -> new Lane());
            if (lane.running >= perHost) {
                lane.waiting.add(task);
                return;
            }
            lane.running++;
        }
        start(host, task);
    }

    /** Takes a task back that still waits. */
    void forget(String host, Runnable task) {
        synchronized (lanes) {
            Lane lane = lanes.get(host);
            if (lane != null) {
                lane.waiting.remove(task);
            }
        }
    }

    private void start(String host, Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } finally {
                next(host);
            }
        });
    }

    private void next(String host) {
        Runnable task;
        synchronized (lanes) {
            Lane lane = lanes.get(host);
            if (lane == null) {
                return;
            }
            task = lane.waiting.poll();
            if (task == null) {
                if (--lane.running == 0) {
                    lanes.remove(host);
                }
                return;
            }
        }
        start(host, task);
    }
}
