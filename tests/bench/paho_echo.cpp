// The baseline of the command latency: the least that a Paho C++ client can do. Publishes each message from its
// callback, QoS 0 in and out, with Paho as it comes.
#include <mqtt/async_client.h>

#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: paho_echo URI FROM_TOPIC TO_TOPIC\n";
    return 1;
  }
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, nullptr);  // before Paho's threads, which inherit it
  const std::string to = argv[3];
  try {
    mqtt::async_client client(argv[1], std::string("echo-") + argv[2]);
    client.set_message_callback([&](const mqtt::const_message_ptr& message) {
      client.publish(mqtt::message::create(to, message->get_payload_ref(), 0, false));
    });
    client.connect(mqtt::connect_options_builder().clean_session().finalize())->wait();
    client.subscribe(argv[2], 0)->wait();
    std::cout << "ready" << std::endl;
    int signal = 0;
    sigwait(&stop, &signal);
    client.disconnect()->wait();
  } catch (const mqtt::exception& error) {
    std::cerr << "paho_echo: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
